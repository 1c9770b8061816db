//! Random cases: what the oracle expects comes of them, and what holds whatever a case says holds for them.

mod agreement;
mod garbage;
mod graham;
mod numbers;
mod storage;
mod straight;
mod trace;
