use std::io::{Read, Write};
use std::time::Instant;

use super::*;
use crate::fetch::fetch;
use crate::runtime::OnSmol;

#[test]
fn the_flaky_script_refuses_once_then_serves() -> Result<(), EtlError> {
    smol::block_on(async {
        let server = Server::start(Script::flaky()).await?;
        let refusal = fetch::<OnSmol>(&server.url(), "/airports.csv").await.err();
        let busy = matches!(&refusal, Some(EtlError::Status { status, .. })
            if *status == StatusCode::SERVICE_UNAVAILABLE);
        assert!(busy, "{refusal:?}");
        assert_eq!(refusal.and_then(|error| error.retry_after()), Some(Duration::from_secs(1)));

        for _ in 0..2 {
            let text = fetch::<OnSmol>(&server.url(), "/airports.csv").await?;
            assert_eq!(text, include_str!("../../data/airports.csv"));
        }
        assert_eq!(server.requests("/airports.csv"), 3);
        assert_eq!(server.requests("/flights.csv"), 0);
        Ok(())
    })
}

#[test]
fn the_flaky_script_hangs_once_then_serves() -> Result<(), EtlError> {
    smol::block_on(async {
        let server = Server::start(Script::flaky()).await?;
        let base = server.url();
        let timeout = async {
            while server.requests("/flights.csv") == 0 {
                Timer::after(Duration::from_millis(5)).await;
            }
            Timer::after(Duration::from_millis(100)).await;
            None
        };
        let first = async { Some(fetch::<OnSmol>(&base, "/flights.csv").await) };
        assert!(future::or(first, timeout).await.is_none());

        let text = fetch::<OnSmol>(&base, "/flights.csv").await?;
        assert_eq!(text, include_str!("../../data/flights.csv"));
        assert_eq!(server.requests("/flights.csv"), 2);
        Ok(())
    })
}

#[test]
fn the_flaky_weather_is_gone_for_good() -> Result<(), EtlError> {
    smol::block_on(async {
        let server = Server::start(Script::flaky()).await?;
        for _ in 0..3 {
            let error = fetch::<OnSmol>(&server.url(), "/weather.csv").await.err();
            let gone = matches!(&error, Some(error @ EtlError::Status { status, .. })
                if *status == StatusCode::GONE && !error.is_transient());
            assert!(gone, "{error:?}");
        }
        Ok(())
    })
}

#[test]
fn an_empty_script_serves_what_there_is() -> Result<(), EtlError> {
    smol::block_on(async {
        let server = Server::start(Script::default()).await?;
        fetch::<OnSmol>(&server.url(), "/airports.csv").await?;
        fetch::<OnSmol>(&server.url(), "/flights.csv").await?;
        for path in ["/weather.csv", "/", "/secret"] {
            let error = fetch::<OnSmol>(&server.url(), path).await.err();
            let missing = matches!(&error, Some(EtlError::Status { status, .. })
                if *status == StatusCode::NOT_FOUND);
            assert!(missing, "{error:?}");
        }
        assert_eq!(server.requests("/secret"), 0);
        Ok(())
    })
}

#[test]
fn a_slow_reply_holds_up_no_other() -> Result<(), EtlError> {
    smol::block_on(async {
        let slow = Reply::Slow(Duration::from_millis(150));
        let server = Server::start(Script { flights: vec![slow], ..Script::default() }).await?;
        let base = server.url();
        let start = Instant::now();
        let flights = async {
            let text = fetch::<OnSmol>(&base, "/flights.csv").await;
            (text, start.elapsed())
        };
        let airports = async {
            let text = fetch::<OnSmol>(&base, "/airports.csv").await;
            (text, start.elapsed())
        };
        let ((flights, late), (airports, early)) = future::zip(flights, airports).await;
        assert!(flights.is_ok() && airports.is_ok());
        assert!(late >= Duration::from_millis(150) && early < late, "{early:?}, {late:?}");
        Ok(())
    })
}

#[test]
fn a_wait_is_rounded_up_to_whole_seconds() -> Result<(), EtlError> {
    smol::block_on(async {
        let busy = Reply::Refuse(StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_millis(1500)));
        let server = Server::start(Script { airports: vec![busy], ..Script::default() }).await?;
        let error = fetch::<OnSmol>(&server.url(), "/airports.csv").await.err();
        assert_eq!(error.and_then(|error| error.retry_after()), Some(Duration::from_secs(2)));
        Ok(())
    })
}

#[test]
fn only_get_is_allowed() -> Result<(), Box<dyn std::error::Error>> {
    let server = smol::block_on(Server::start(Script::default()))?;
    let mut stream = std::net::TcpStream::connect(server.address)?;
    stream.write_all(b"DELETE /airports.csv HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    assert!(response.starts_with("HTTP/1.1 405 "), "{response}");
    assert_eq!(server.requests("/airports.csv"), 0);
    Ok(())
}

#[test]
fn dropping_the_server_closes_its_port_and_its_connections() -> Result<(), EtlError> {
    smol::block_on(async {
        let server = Server::start(Script::flaky()).await?;
        let base = server.url();
        let hanging = smol::spawn({
            let base = base.clone();
            async move { fetch::<OnSmol>(&base, "/flights.csv").await }
        });
        while server.requests("/flights.csv") == 0 {
            Timer::after(Duration::from_millis(5)).await;
        }
        drop(server);

        // The executor drops the cancelled task at its next turn.
        let error = hanging.await.err();
        assert!(matches!(error, Some(EtlError::Http { .. })), "{error:?}");
        let error = fetch::<OnSmol>(&base, "/airports.csv").await.err();
        assert!(matches!(error, Some(EtlError::Connect { .. })), "{error:?}");
        Ok(())
    })
}
