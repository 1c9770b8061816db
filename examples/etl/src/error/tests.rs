use super::*;

fn refused(code: u16) -> EtlError {
    let status = StatusCode::from_u16(code).unwrap_or_default();
    EtlError::Status { url: "http://host/file".to_owned(), status, retry_after: None }
}

#[test]
fn only_passing_refusals_are_worth_another_try() {
    let passing: Vec<u16> = (201..600).filter(|code| refused(*code).is_transient()).collect();
    assert_eq!(passing, [408, 425, 429, 500, 502, 503, 504]);
}

#[test]
fn causes_are_printed_only_when_asked_for() {
    let source = io::Error::other("cable cut");
    let error = EtlError::Connect { to: "host port 80".to_owned(), source };
    assert_eq!(error.to_string(), "cannot connect to host port 80");
    assert_eq!(format!("{error:#}"), "cannot connect to host port 80: cable cut");
}

#[test]
fn the_wait_that_was_asked_for_is_handed_on() {
    let wait = Some(Duration::from_secs(3));
    let error = EtlError::Status {
        url: "http://host/file".to_owned(),
        status: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: wait,
    };
    assert_eq!(error.retry_after(), wait);
    assert_eq!(error.to_string(), "http://host/file answered 503 Service Unavailable and asks to wait 3s");
    assert_eq!(EtlError::Argument("no".to_owned()).retry_after(), None);
}
