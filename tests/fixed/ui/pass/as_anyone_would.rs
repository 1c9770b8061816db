//! Nothing of rungs is in scope, and the names are some that the generated code uses itself.
#![deny(warnings)]

pub struct Fault;

#[rungs::pipeline(error = Fault)]
pub mod steps {
    use super::Fault;

    pub struct Context {
        pub run: u8,
        pub timer: u8,
    }

    #[step]
    async fn outputs(run: &mut u8, timer: &u8) -> Result<u8, Fault> {
        *run += *timer;
        Ok(*run)
    }

    #[step]
    async fn wires(outputs: &u8) -> Result<u8, Fault> {
        Ok(*outputs + 1)
    }
}

fn main() {
    let mut context = steps::Context { run: 1, timer: 2 };
    let report = futures_lite::future::block_on(steps::run(&mut context, &rungs::NoClock));
    assert_eq!(report.outputs.wires, Some(4));
}
