//! The graphs.

use super::{
    Given, Made, Script, agree, settle,
    told::{Events, Reported, Told},
    twins::Twins,
};
use crate::{Bad, ms};
use rungs::{Backoff, Cause, LocalPipeline, OnFailure, Order, Retry, StepCx};
use std::time::Duration;

const DELAYS: &[Duration] = &[ms(1), ms(2)];

twins! {
    chain [] [] {
        a [] ();
        b [retries = 1] (a: &Made);
        c [retries = 2, timeout = ms(5)] (b: &Made);
        d [timeout = ms(1)] (c: &Made);
        e [] (d: &Made);
    }

    diamond [] [] {
        a [timeout = ms(9)] ();
        b [retries = 1] (a: &Made);
        c [retries = 1, retry_delay = ms(3), timeout = ms(5)] (a: &Made);
        d [timeout = ms(5), deadline = ms(6), retries = 3] (c: &Made, b: &Made);
        e [] () after c;
    }

    fan [max_concurrent = 2] [.max_concurrent(2)] {
        a [retries = 1, timeout = ms(3)] ();
        b [expected = ms(4), timeout = ms(4)] ();
        c [retries = 1, backoff = Backoff::fixed(ms(2)), timeout = ms(4), retry_on_timeout = false] ();
        d [expected = ms(9), timeout = ms(2)] ();
        e [timeout = ms(5)] (b: &Made, d: &Made);
    }

    retried [] [] {
        a [retries = 2, backoff = Backoff::list(DELAYS), deadline = ms(7)] ();
        b [retries = 1, retry_if = |error: &Bad| error.0 == "once", timeout = ms(6)] ();
        c [retries = 2, retry_if = |_: &Bad| Retry::After(ms(2)), deadline = ms(4)] (a: &Made);
        d [retries = 9, backoff = Backoff::fixed(ms(3)), timeout = ms(3), deadline = ms(8)] (b: &Made);
        e [retries = 1, retry_delay = ms(1), timeout = ms(1)] (a: &Made, b: &Made);
    }

    clean_up [] [] {
        a [timeout = ms(5)] ();
        b [retries = 1, timeout = ms(4)] ();
        c [skip_on_error, timeout = ms(5)] (a: &Made);
        d [when_all_done, retries = 1, timeout = ms(3)] (a: Result<&Made, Cause>, c: Result<&Made, Cause>) after b;
        e [when_any_failed, timeout = ms(5)] (c: Result<&Made, Cause>) after b;
    }

    spared [] [] {
        a [optional, timeout = ms(5)] ();
        b [skip_on_error, retries = 1, timeout = ms(5)] (a: &Made);
        c [timeout = ms(5)] (b: &Made);
        d [optional, timeout = ms(5)] (a: &Made);
        e [when_any_failed, optional, timeout = ms(5)] (d: Result<&Made, Cause>);
    }

    drained [on_failure = drain] [.on_failure(OnFailure::Drain)] {
        a [timeout = ms(3)] ();
        b [retries = 2, backoff = Backoff::fixed(ms(2)), timeout = ms(3)] ();
        c [retries = 1, timeout = ms(5)] ();
        d [timeout = ms(5)] (b: &Made);
        e [when_all_done, timeout = ms(5)] (a: Result<&Made, Cause>);
    }

    cancelled [on_failure = cancel, max_concurrent = 3] [.on_failure(OnFailure::Cancel).max_concurrent(3)] {
        a [retries = 1, timeout = ms(5)] ();
        b [optional, timeout = ms(3)] ();
        c [timeout = ms(3), retries = 1, retry_delay = ms(1)] (b: &Made);
        d [when_any_failed, timeout = ms(4)] (a: Result<&Made, Cause>, c: Result<&Made, Cause>);
        e [timeout = ms(4)] () after a;
    }

    in_time [deadline = ms(7)] [.deadline(ms(7))] {
        a [retries = 5, backoff = Backoff::fixed(ms(3))] ();
        b [] (a: &Made);
        c [timeout = ms(7)] ();
        d [] (c: &Made) after a;
        e [when_all_done, timeout = ms(3)] (b: Result<&Made, Cause>) after d;
    }

    levels [order = levels, max_concurrent = 2] [.order(Order::Levels).max_concurrent(2)] {
        a [timeout = ms(4)] ();
        b [retries = 1, retry_delay = ms(3), timeout = ms(4)] ();
        c [timeout = ms(4)] (a: &Made);
        d [timeout = ms(4), retries = 1] () after b;
        e [skip_on_error, timeout = ms(4)] (c: &Made);
    }
}
