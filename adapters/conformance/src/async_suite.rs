//! The macro that makes the tests where nothing can block.

/// Makes the tests of a timer where nothing can block, as in a browser: the rules of the clock and of runs in place, as async
/// functions, each with the given attribute.
///
/// ```ignore
/// rungs_conformance::async_suite! {
///     mod conformance;
///     test: wasm_bindgen_test::wasm_bindgen_test;
///     timer: rungs_wasm::Wasm;
///     except: { a_panic_is_its_steps_failure: "a panic ends the program" }
/// }
/// ```
///
/// A rule that is an exception passes without being checked. Each function is public, and `each_rule` calls one after the other,
/// where there is no harness for tests: `test` is then any other attribute, such as `inline`.
#[macro_export]
macro_rules! async_suite {
    (
        $(#[$attr:meta])*
        mod $name:ident;
        test: $test:meta;
        timer: $timer:expr;
        $(except: { $($except:ident: $why:literal),+ $(,)? })?
    ) => {
        $(#[$attr])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::__async_rules! {
                ($test) ($timer) { $($($except, $why;)+)? }
                clock, timer, () {
                    time_never_goes_back
                    sleeps_are_never_short
                    the_past_has_come_already
                    far_deadlines_do_not_come
                    ten_thousand_sleeps_end
                    the_waker_of_the_last_poll_is_woken
                    dropped_sleeps_leave_the_others_alone
                }
                in_place, meanings, ($crate::__private::InPlace) {
                    results_are_passed_on
                    retries_without_a_delay_need_no_time
                    a_backoff_delays_each_retry
                    a_timeout_ends_an_attempt_and_is_retried
                    a_deadline_ends_a_step
                    a_delay_that_would_reach_the_deadline_fails_at_once
                    the_deadline_of_a_run_cancels
                    a_failed_need_fails_with_its_root
                    skipping_and_clean_up
                    a_failure_may_stop_the_run
                    a_token_cancels_and_drains
                    permits_and_resources_are_limits
                    a_panic_is_its_steps_failure
                    a_pipeline_runs_again
                }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __async_rules {
    (
        ($test:meta) ($timer:expr) { $($except:ident, $why:literal;)* }
        $($group:ident, $module:ident, $args:tt { $($rule:ident)+ })+
    ) => {
        /// The rules that this adapter need not keep, and why.
        const EXCEPT: &[(&str, &str)] = &[$((stringify!($except), $why)),*];

        $(
            pub mod $group {
                #[allow(unused_imports)]
                use super::*;

                $($crate::__async_rule! { ($test) ($timer) $module $rule $args })+
            }
        )+

        /// Checks one rule after the other, and tells the group and the name of each that is kept.
        #[allow(dead_code, reason = "only where there is no harness")]
        pub async fn each_rule(mut kept: impl FnMut(&'static str, &'static str)) {
            $($(
                if $crate::__private::find(EXCEPT, stringify!($rule)).is_none() {
                    $group::$rule().await;
                    kept(stringify!($group), stringify!($rule));
                }
            )+)+
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __async_rule {
    (($test:meta) ($timer:expr) $module:ident $rule:ident ($($arg:expr)?)) => {
        #[$test]
        pub async fn $rule() {
            if $crate::__private::find(EXCEPT, stringify!($rule)).is_none() {
                $crate::$module::$rule(&$timer $(, $arg)?).await;
            }
        }
    };
}
