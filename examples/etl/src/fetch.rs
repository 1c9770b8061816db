//! Fetches one file over HTTP/1.1.

use std::future::pending;
use std::time::Duration;

use futures_lite::future;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_LENGTH, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode, Uri};

use crate::error::EtlError;
use crate::runtime::Runtime;

/// The longest answer that is accepted, so that a faulty source cannot fill the memory.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Fetches, over a connection of the runtime, the text at `path` (such as `/airports.csv`) under `base`, an
/// `http://host:port` address that may have a path of its own.
///
/// Any answer but 200 OK is an error, and so is one shorter than its
/// Content-Length, without its last chunk, or without either: a part of it looks
/// like the whole. There is no timeout: the caller drops the future instead,
/// which closes the connection.
pub(crate) async fn fetch<R: Runtime>(base: &str, path: &str) -> Result<String, EtlError> {
    let target = Target::new(base, path)?;
    let url = &target.url;
    let no_answer = |source| EtlError::Http { url: url.clone(), source };

    let stream = R::connect(&target.host, target.port).await;
    let stream =
        stream.map_err(|source| EtlError::Connect { to: format!("{} port {}", target.host, target.port), source })?;
    let (mut sender, connection) = http1::handshake(stream).await.map_err(no_answer)?;

    let exchange = async {
        let response = sender.send_request(target.request()?).await.map_err(no_answer)?;
        if response.status() != StatusCode::OK {
            return Err(EtlError::Status {
                url: url.clone(),
                status: response.status(),
                retry_after: retry_after(&response),
            });
        }
        check_end(&response).map_err(|problem| EtlError::NoEnd { url: url.clone(), problem })?;
        let bytes = read_body(url, response.into_body()).await?;
        String::from_utf8(bytes).map_err(|error| EtlError::NotText { url: url.clone(), source: error.utf8_error() })
    };
    // The connection moves the exchange's bytes. It is no task of its own, so it
    // cannot outlive this future; its errors come out of the exchange.
    let transport = async {
        let _ = connection.await;
        pending().await
    };
    future::or(exchange, transport).await
}

/// Checks that the end of the answer differs from a connection that breaks off. Lengths that contradict each other never come
/// this far.
fn check_end(response: &Response<Incoming>) -> Result<(), &'static str> {
    let headers = response.headers();
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (headers.contains_key(CONTENT_LENGTH), codings.next(), codings.next()) {
        (true, None, _) => Ok(()),
        (false, Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (false, None, _) => Err("has neither a length nor chunks, so a part of it cannot be told from the whole"),
        // Two readers of one connection may disagree about its end.
        (true, Some(_), _) => Err("has both a length and chunks"),
        (false, Some(_), _) => Err("has a transfer encoding other than chunks"),
    }
}

async fn read_body(url: &str, mut body: Incoming) -> Result<Vec<u8>, EtlError> {
    let expected = body.size_hint().exact();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|source| EtlError::Torn { url: url.to_owned(), received: bytes.len(), expected, source })?;
        // Frames that are not data are trailers, which say nothing here.
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > BODY_LIMIT {
            return Err(EtlError::TooLarge { url: url.to_owned(), limit: BODY_LIMIT });
        }
    }
    Ok(bytes)
}

/// Reads the header's form in seconds; its other form, a date, counts as absent.
fn retry_after(response: &Response<Incoming>) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// Where a request goes.
struct Target {
    host: String,
    port: u16,
    authority: String,
    path: String,
    url: String,
}

impl Target {
    fn new(base: &str, path: &str) -> Result<Self, EtlError> {
        let wrong = |why: &str| EtlError::Argument(format!("cannot fetch from {base:?}: {why}"));

        let uri: Uri = base.parse().map_err(|_| wrong("it is not a url"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(wrong("https is not supported, only http")),
            _ => return Err(wrong("it does not start with http://")),
        }
        if uri.query().is_some() {
            return Err(wrong("a base url has no query"));
        }
        let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else {
            return Err(wrong("it names no host"));
        };
        let port = uri.port_u16().unwrap_or(80);
        // What is neither host nor port is a user name or a port out of range.
        if host.is_empty() || (authority != host && *authority != *format!("{host}:{port}")) {
            return Err(wrong("only a host and a port may follow http://"));
        }
        let path = format!("{}{path}", uri.path().trim_end_matches('/'));
        Ok(Self {
            // The brackets of an IPv6 address belong to the url, not to the address.
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_string(),
            url: format!("http://{authority}{path}"),
            path,
        })
    }

    fn request(&self) -> Result<Request<Empty<Bytes>>, EtlError> {
        Request::get(&self.path)
            .header(HOST, &self.authority)
            .body(Empty::new())
            .map_err(|error| EtlError::Argument(format!("cannot ask for {}: {error}", self.url)))
    }
}

#[cfg(test)]
mod tests;
