//! Eight steps, and nothing else.
#![no_std]
#![no_main]

cortex_m_boards::program_of_steps! {
    a0 a0 => a1, a1 => a2, a2 => a3, a3 => a4, a4 => a5, a5 => a6, a6 => a7,
}
