// Settings that have no effect on a step that cannot fail, and what no step returns.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    #[step(retries = 3)]
    async fn number() -> (u8, u8) {
        (1, 2)
    }

    #[step(retries = 3, timeout = ms(5), retry_if = |_| true)]
    async fn nothing() {}

    #[step]
    async fn never() -> ! {
        loop {}
    }

    #[step]
    async fn opaque() -> impl Fn() {
        || {}
    }
}

fn main() {}
