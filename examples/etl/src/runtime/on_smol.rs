//! smol.

use std::future;
use std::io;
use std::sync::Once;
use std::thread;

use rungs_smol::{On, Smol};
use smol::Executor;
use smol::net::TcpStream;
use smol_hyper::rt::FuturesIo;

use super::Runtime;

/// smol's clock, its sockets, and an executor with one thread that steps may block: those of smol must not be blocked.
pub(crate) struct OnSmol;

impl Runtime for OnSmol {
    type Timer = Smol;
    type Blocking = On<&'static Executor<'static>>;
    type Stream = FuturesIo<TcpStream>;

    fn timer(&self) -> &Smol {
        &Smol
    }

    fn blocking(&self) -> Self::Blocking {
        static BLOCKING: Executor<'static> = Executor::new();
        static THREAD: Once = Once::new();
        THREAD.call_once(|| {
            thread::spawn(|| smol::block_on(BLOCKING.run(future::pending::<()>())));
        });
        On(&BLOCKING)
    }

    async fn connect(host: &str, port: u16) -> io::Result<Self::Stream> {
        TcpStream::connect((host, port)).await.map(FuturesIo::new)
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}
