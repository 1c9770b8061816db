//! Properties of random cases: they end as the oracle expects, and certain facts hold for every case.

mod agreement;
mod counts;
mod fast_path;
mod garbage;
mod graham;
mod numbers;
mod queues;
mod storage;
mod trace;
