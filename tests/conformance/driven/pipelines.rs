//! The pipelines: few and small, because a Cortex-M0 with 256 KiB of flash has to hold all of them.

use rungs::{Cause, Retry};

use super::bench::{Bad, Script};

/// Makes pipelines, one per line, of steps with their settings and the results that they take.
macro_rules! pipelines {
    ($($pipeline:ident [$($argument:tt)*] { $($step:ident [$($setting:tt)*] ($($need:ident),*);)* })*) => { $(
        #[rungs::pipeline(error = Bad, $($argument)*)]
        pub(crate) mod $pipeline {
            use super::*;

            pub struct Board<'b> {
                pub(crate) script: Script<'b>,
            }

            $(#[step($($setting)*)]
            async fn $step(script: &Script<'_>, $($need: &()),*) -> Result<(), Bad> {
                $(let () = $need;)*
                script.play(stringify!($step)).await
            })*
        }
    )* };
}

pipelines! {
    at_once [] {
        a [retries = 2] ();
    }
    retried [] {
        a [retries = 2, backoff = fixed(ms(5))] ();
        b [retries = 3, backoff = list(&[ms(1), ms(5)])] ();
        c [retries = 3, backoff = exponential(ms(10)).cap(ms(30))] ();
        d [retries = 2, retry_delay = ms(10)] ();
        e [retries = 2, backoff = fixed(ms(10)), retry_if = retry_by_attempt] ();
        f [retries = 2, retry_if = |_: &Bad| false] ();
    }
    forever [defaults(retry_forever, backoff = fixed(ms(10)))] {
        a [backoff = fixed(ms(5))] ();
        b [deadline = ms(35)] ();
        c [timeout = ms(5)] ();
    }
    jittered [] {
        a [retries = 1, backoff = fixed(ms(64)).jitter(Jitter::Equal)] ();
    }
    limited [] {
        a [retries = 1, timeout = ms(5)] ();
        b [retries = 1, timeout = ms(5), retry_on_timeout = false] ();
        c [retries = 9, backoff = fixed(ms(4)), deadline = ms(10)] ();
    }
    two_at_once [max_concurrent = 2] {
        a [retries = 1, backoff = fixed(ms(5))] ();
        b [] ();
        c [] ();
    }
    one_at_once [max_concurrent = 1] {
        a [timeout = ms(5)] ();
        b [] ();
        c [] (b);
        d [] (c);
    }
    on_bus [resources(bus = 2)] {
        a [uses(bus = 1), retries = 1, backoff = fixed(ms(5))] ();
        b [uses(bus = 2)] ();
        c [] ();
    }
    eager [] {
        a [] ();
        b [] ();
        c [] (a);
        d [] (a, b);
        e [after(d)] ();
        f [skip_on_error] (d);
        g [] (f);
    }
    levels [order = levels] {
        a [] ();
        b [] ();
        c [] (a);
    }
    drains [on_failure = drain] {
        a [] ();
        b [retries = 1, backoff = fixed(ms(5))] ();
        c [] ();
        d [] (c);
        e [when_all_done, after(a)] ();
    }
    cancels [on_failure = cancel] {
        a [optional] ();
        b [] ();
        c [] ();
        d [when_all_done, after(c)] ();
    }
    stopped [] {
        a [] ();
        b [] ();
        c [] (b);
        d [when_all_done, timeout = ms(5), after(b)] ();
        e [when_any_failed, after(c)] ();
    }
    sequence [] {
        a [] ();
        b [follows(a)] ();
        c [when_all_done, after_all] ();
        d [when_none_failed, after_all] ();
    }
    protected [] {
        a [never_cancel, timeout = ms(5), retries = 1] ();
        b [] ();
    }
    bounded [clean_up_deadline = ms(3)] {
        a [when_all_done] ();
        b [when_all_done, timeout = ms(5)] ();
        c [] ();
    }
}

fn retry_by_attempt(bad: &Bad) -> Retry {
    if bad.0 == 1 { Retry::After(super::bench::ms(3)) } else { Retry::No }
}

/// Steps that take the results of others whatever their outcome, and return them.
#[rungs::pipeline(error = Bad)]
pub(crate) mod clean_up {
    use super::*;

    pub struct Board<'b> {
        pub(crate) script: Script<'b>,
    }

    #[step]
    async fn a(script: &Script<'_>) -> Result<(), Bad> {
        script.play("a").await
    }

    #[step]
    async fn b(script: &Script<'_>) -> Result<(), Bad> {
        script.play("b").await
    }

    #[step(when_all_done)]
    async fn c(script: &Script<'_>, a: Result<&(), Cause>, b: Result<&(), Cause>) -> Result<[Option<Cause>; 2], Bad> {
        script.play("c").await?;
        Ok([a.err(), b.err()])
    }

    #[step(when_any_failed)]
    async fn d(script: &Script<'_>, a: Result<&(), Cause>) -> Result<Option<Cause>, Bad> {
        script.play("d").await?;
        Ok(a.err())
    }
}

/// Two branches that may skip themselves, and their join.
#[rungs::pipeline(error = Bad)]
pub(crate) mod branches {
    use super::*;

    pub struct Board<'b> {
        pub(crate) script: Script<'b>,
        pub(crate) taken: [bool; 2],
    }

    #[step(maybe)]
    async fn a(script: &Script<'_>, taken: &[bool; 2]) -> Result<Option<u32>, Bad> {
        script.play("a").await?;
        Ok(taken[0].then_some(1))
    }

    #[step(maybe)]
    async fn b(script: &Script<'_>, taken: &[bool; 2]) -> Result<Option<u32>, Bad> {
        script.play("b").await?;
        Ok(taken[1].then_some(2))
    }

    #[step]
    async fn c(script: &Script<'_>, b: &u32) -> Result<u32, Bad> {
        script.play("c").await?;
        Ok(10 * b)
    }

    #[step(when_none_failed)]
    async fn d(a: Option<&u32>, c: Option<&u32>) -> [Option<u32>; 2] {
        [a.copied(), c.copied()]
    }
}

/// Two steps that borrow one field mutably.
#[rungs::pipeline(error = Bad)]
pub(crate) mod ordered {
    use super::*;

    pub struct Board<'b> {
        pub(crate) script: Script<'b>,
        pub(crate) users: u32,
    }

    #[step]
    async fn a(script: &Script<'_>, users: &mut u32) -> Result<(), Bad> {
        *users += 1;
        script.play("a").await
    }

    #[step]
    async fn b(script: &Script<'_>, users: &mut u32) -> Result<(), Bad> {
        *users += 1;
        script.play("b").await
    }
}

#[rungs::pipeline(error = Bad)]
pub(crate) mod empty {
    use super::*;
}
