//! tokio.

use std::io;

use hyper_util::rt::TokioIo;
use rungs_tokio::{Blocking, Tokio};
use tokio::net::TcpStream;

use super::Runtime;

/// tokio's clock, its sockets, and its threads for code that blocks.
pub(crate) struct OnTokio(tokio::runtime::Runtime);

impl OnTokio {
    pub(crate) fn new() -> io::Result<Self> {
        tokio::runtime::Runtime::new().map(Self)
    }
}

impl Runtime for OnTokio {
    type Timer = Tokio;
    type Blocking = Blocking<Tokio>;
    type Stream = TokioIo<TcpStream>;

    fn timer(&self) -> &Tokio {
        &Tokio
    }

    fn blocking(&self) -> Self::Blocking {
        Blocking(Tokio)
    }

    async fn connect(host: &str, port: u16) -> io::Result<Self::Stream> {
        TcpStream::connect((host, port)).await.map(TokioIo::new)
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}
