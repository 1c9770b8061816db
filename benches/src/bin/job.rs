//! Does one job, under valgrind: see [`rungs_benches::job`].

fn main() {
    rungs_benches::job::Job::of_process().expect("a job's arguments, as `Job::args` tells them").perform();
}
