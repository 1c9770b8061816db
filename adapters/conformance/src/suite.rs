//! The macro that makes the tests.

/// Makes a module with a test for each rule, and the rules as a list for [`Table`](crate::Table). The crate's front page
/// has an example, and says what each line is.
#[macro_export]
macro_rules! suite {
    (
        $(#[$attr:meta])*
        mod $name:ident;
        block_on: $block_on:expr;
        timer: $timer:expr;
        $(spawner: $spawner:expr; $(gone: $gone:expr;)?)?
        $(local: $local:expr;)?
        $(except: { $($except:ident: $why:literal),+ $(,)? })?
    ) => {
        $(#[$attr])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::__rules! {
                { $($($except, $why;)+)? }
                $({ [$($gone)?], ($block_on), (&$timer) })?
                clock, ($block_on), timer, (&$timer) {
                    time_never_goes_back
                    sleeps_are_never_short
                    the_past_has_come_already
                    far_deadlines_do_not_come
                    ten_thousand_sleeps_end
                    the_waker_of_the_last_poll_is_woken
                    dropped_sleeps_leave_the_others_alone
                }
                in_place, ($block_on), meanings, (&$timer, $crate::__private::InPlace) {
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
                $(spawned, ($block_on), meanings, (&$timer, $spawner) {
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
                tasks, ($block_on), spawner, (&$timer, $spawner) {
                    a_thousand_spawned_steps_end
                    an_abandoned_attempt_has_ended_before_the_next_begins
                    a_dropped_run_ends_its_attempts
                    wakes_from_other_threads_are_not_lost
                    a_panic_of_a_task_is_carried_on
                    an_attempt_that_is_done_counts_though_its_timeout_has_passed
                }
                threads, (|()| {}), threads, ($timer, $spawner, $block_on) {
                    a_run_moves_to_another_thread
                }
                )?
                $(local_tasks, ($block_on), local, (&$timer, $local) {
                    results_need_not_be_send
                    an_abandoned_attempt_has_ended_before_the_next_begins
                    a_dropped_run_ends_its_attempts
                }
                )?
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __rules {
    ({ $($except:ident, $why:literal;)* } $({ $gone:tt, ($gone_block_on:expr), ($gone_timer:expr) })? $($group:ident, ($block_on:expr), $module:ident, $args:tt { $($rule:ident)+ })+) => {
        /// The rules that this adapter need not keep, and why.
        const EXCEPT: &[(&str, &str)] = &[$((stringify!($except), $why)),*];

        /// All rules for this adapter.
        #[allow(dead_code, reason = "tests need not look at it")]
        pub const RULES: &[$crate::Rule] = &[
            $($($crate::Rule::new(stringify!($group), stringify!($rule), $crate::__private::find(EXCEPT, stringify!($rule)), || ($block_on)($crate::$module::$rule $args)),)+)+
            $($crate::__gone! { $gone, ($gone_block_on), ($gone_timer), EXCEPT })?
        ];
        $crate::__gone_test! { $($gone)? }
        $(
            #[cfg(test)]
            mod $group {
                $(
                    #[test]
                    fn $rule() {
                        $crate::__private::check_by_name(super::RULES, stringify!($group), stringify!($rule));
                    }
                )+
            }
        )+
    };
}

/// The one rule that needs more than a timer and a spawner.
#[doc(hidden)]
#[macro_export]
macro_rules! __gone {
    ([], ($block_on:expr), ($timer:expr), $except:ident) => {
        $crate::Rule::new(
            "tasks",
            "an_executor_that_goes_away_ends_its_attempts",
            match $crate::__private::find($except, "an_executor_that_goes_away_ends_its_attempts") {
                None => Some("the suite does not say how (`gone`)"),
                why => why,
            },
            || {},
        )
    };
    ([$gone:expr], ($block_on:expr), ($timer:expr), $except:ident) => {
        $crate::Rule::new(
            "tasks",
            "an_executor_that_goes_away_ends_its_attempts",
            $crate::__private::find($except, "an_executor_that_goes_away_ends_its_attempts"),
            || ($block_on)($crate::spawner::an_executor_that_goes_away_ends_its_attempts($timer, ($gone)())),
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __gone_test {
    () => {};
    ($gone:tt) => {
        #[cfg(test)]
        mod gone {
            #[test]
            fn an_executor_that_goes_away_ends_its_attempts() {
                $crate::__private::check_by_name(super::RULES, "tasks", "an_executor_that_goes_away_ends_its_attempts");
            }
        }
    };
}
