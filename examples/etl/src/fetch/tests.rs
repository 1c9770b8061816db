use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use smol::Timer;
use smol::io::AsyncReadExt;

use super::*;
use crate::runtime::OnSmol;

/// Takes one request, sends these bytes, hangs up, and returns the request.
fn answer_once(answer: Vec<u8>) -> io::Result<(String, JoinHandle<io::Result<String>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let base = format!("http://{}", listener.local_addr()?);
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            request.extend(byte);
        }
        // A client that has seen enough may hang up first.
        let _ = stream.write_all(&answer);
        Ok(String::from_utf8_lossy(&request).into_owned())
    });
    Ok((base, serving))
}

/// What a fetch makes of an answer of these bytes.
fn fetch_answer(answer: impl Into<Vec<u8>>) -> io::Result<Result<String, EtlError>> {
    let (base, _) = answer_once(answer.into())?;
    Ok(smol::block_on(fetch::<OnSmol>(&base, "/file")))
}

fn closed_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

#[test]
fn a_whole_answer_comes_through_and_the_base_keeps_its_path() -> io::Result<()> {
    let (base, serving) = answer_once(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na,b\r\n".to_vec())?;
    let text = smol::block_on(fetch::<OnSmol>(&format!("{base}/some/folder/"), "/file.csv"));
    assert!(matches!(text.as_deref(), Ok("a,b\r\n")), "{text:?}");
    let request = serving.join().map_err(|_| io::Error::other("the server panicked"))??;
    assert!(request.starts_with("GET /some/folder/file.csv HTTP/1.1\r\n"), "{request}");
    let host = base.trim_start_matches("http://");
    assert!(request.to_lowercase().contains(&format!("\r\nhost: {host}\r\n")), "{request}");
    Ok(())
}

#[test]
fn a_torn_body_is_an_error_worth_another_try() -> io::Result<()> {
    let by_length = fetch_answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na,b\r\n")?;
    assert!(matches!(&by_length, Err(EtlError::Torn { received: 5, expected: Some(100), .. })), "{by_length:?}");
    assert!(by_length.is_err_and(
        |error| error.is_transient() && error.to_string().ends_with("/file broke off after 5 of 100 bytes")
    ));

    let by_chunks = fetch_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na,b\r\n\r\n")?;
    assert!(matches!(by_chunks, Err(EtlError::Torn { received: 5, expected: None, .. })), "{by_chunks:?}");

    let within_a_chunk = fetch_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\na,b\r\n")?;
    assert!(matches!(within_a_chunk, Err(EtlError::Torn { received: 5, .. })), "{within_a_chunk:?}");
    Ok(())
}

#[test]
fn a_dead_server_is_a_refused_connection() -> io::Result<()> {
    let error = smol::block_on(fetch::<OnSmol>(&format!("http://{}", closed_port()?), "/file")).err();
    let refused = matches!(&error, Some(EtlError::Connect { source, .. })
        if source.kind() == ErrorKind::ConnectionRefused);
    assert!(refused, "{error:?}");
    assert!(error.is_some_and(|error| error.is_transient()));
    Ok(())
}

#[test]
fn a_hang_up_is_worth_another_try_but_a_foreign_protocol_is_not() -> io::Result<()> {
    let hung_up = fetch_answer("")?;
    assert!(matches!(&hung_up, Err(error @ EtlError::Http { .. }) if error.is_transient()), "{hung_up:?}");
    let foreign = fetch_answer("220 mail.example ESMTP\r\n")?;
    assert!(matches!(&foreign, Err(error @ EtlError::Http { .. }) if !error.is_transient()), "{foreign:?}");
    Ok(())
}

#[test]
fn a_refusal_keeps_its_status_and_its_wait() -> io::Result<()> {
    let cases = [
        ("Retry-After: 7\r\n", Some(Duration::from_secs(7))),
        ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", None),
        ("Retry-After: -1\r\n", None),
        ("", None),
    ];
    for (header, wait) in cases {
        let refusal = fetch_answer(format!("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n{header}\r\n"))?;
        let same = matches!(&refusal, Err(EtlError::Status { status, retry_after, .. })
            if status.as_u16() == 503 && *retry_after == wait);
        assert!(same, "{header:?} gave {refusal:?}");
    }
    Ok(())
}

#[test]
fn an_answer_that_is_no_text_or_does_not_end_is_refused() -> io::Result<()> {
    let binary = fetch_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe".to_vec())?;
    assert!(matches!(binary, Err(EtlError::NotText { .. })), "{binary:?}");

    let mut endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n".to_vec();
    endless.resize(BODY_LIMIT + 1024 * 1024, b'x');
    let endless = fetch_answer(endless)?.err();
    assert!(matches!(endless, Some(EtlError::TooLarge { .. })), "{endless:?}");
    Ok(())
}

#[test]
fn an_answer_whose_end_cannot_be_told_is_refused_for_good() -> io::Result<()> {
    let cases = [
        ("", "has neither a length nor chunks"),
        ("Connection: close\r\n", "has neither a length nor chunks"),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "has both a length and chunks"),
        ("Transfer-Encoding: gzip, chunked\r\n", "has a transfer encoding other than chunks"),
        ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "has a transfer encoding other than chunks"),
        ("Transfer-Encoding: gzip\r\n", "has a transfer encoding other than chunks"),
    ];
    for (headers, problem) in cases {
        let body = if headers.contains("chunked") { "5\r\na,b\r\n\r\n0\r\n\r\n" } else { "a,b\r\n" };
        let error = fetch_answer(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"))?.err();
        assert!(error.as_ref().is_some_and(|error| !error.is_transient()), "{headers:?} gave {error:?}");
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains(&format!("/file {problem}")), "{headers:?} gave {text}");
    }
    Ok(())
}

#[test]
fn lengths_that_differ_or_are_no_numbers_are_refused_for_good() -> io::Result<()> {
    for lengths in
        ["Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 6", "Content-Length: -5", "Content-Length: "]
    {
        let answer = fetch_answer(format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\na,b\r\nc"))?;
        assert!(
            matches!(&answer, Err(error @ EtlError::Http { .. }) if !error.is_transient()),
            "{lengths} gave {answer:?}"
        );
    }
    Ok(())
}

#[test]
fn chunks_come_through_in_any_case_of_their_name() -> io::Result<()> {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\na,\r\n3\r\nb\r\n\r\n0\r\n\r\n";
    let text = fetch_answer(answer)?;
    assert!(matches!(text.as_deref(), Ok("a,b\r\n")), "{text:?}");
    Ok(())
}

#[test]
fn a_base_that_is_not_plain_http_is_a_bad_argument() {
    let cases = [
        ("https://localhost", "https is not supported, only http"),
        ("localhost:80", "it does not start with http://"),
        ("ftp://localhost", "it does not start with http://"),
        ("/etc/hosts", "it does not start with http://"),
        ("", "it is not a url"),
        ("http://", "it is not a url"),
        ("http://two words", "it is not a url"),
        ("http://localhost?file=", "a base url has no query"),
        ("http://me@localhost:80", "only a host and a port may follow http://"),
        ("http://localhost:99999", "only a host and a port may follow http://"),
        ("http://:80", "only a host and a port may follow http://"),
    ];
    for (base, why) in cases {
        let error = smol::block_on(fetch::<OnSmol>(base, "/file")).err();
        let problem = error.map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(problem, format!("cannot fetch from {base:?}: {why}"));
    }
}

#[test]
fn host_and_port_are_read_out_of_the_base() -> Result<(), EtlError> {
    let cases = [("http://localhost", "localhost", 80), ("HTTP://[::1]:8080/", "::1", 8080)];
    for (base, host, port) in cases {
        let target = Target::new(base, "/file")?;
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), (host, port, "/file"));
    }
    Ok(())
}

#[test]
fn dropping_a_fetch_closes_its_connection() -> io::Result<()> {
    smol::block_on(async {
        let listener = smol::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let mut bytes = [0; 1024];
        let asked = async {
            let (mut stream, _) = listener.accept().await?;
            stream.read(&mut bytes).await?;
            Ok(stream)
        };
        let answered = async {
            let text = fetch::<OnSmol>(&base, "/file").await;
            Err(io::Error::other(format!("the fetch ended by itself: {text:?}")))
        };
        let mut stream = future::or(asked, answered).await?;

        let end = async { stream.read_to_end(&mut Vec::new()).await };
        let limit = async {
            Timer::after(Duration::from_secs(1)).await;
            Err(io::Error::other("the connection is still open"))
        };
        future::or(end, limit).await?;
        Ok(())
    })
}
