//! Everybody who takes part. A new contestant is a file here, a `mod` line and a line in [`all`].

mod apalis_workflow;
mod arity;
mod async_code;
mod async_dag;
mod boxed_loop;
mod dag_exec;
mod dag_executor;
mod dagrs;
mod dagx;
mod executor_tasks;
mod fn_graph;
mod futures_unordered;
mod join_set;
mod operese_dagx;
mod rungs_local;
mod rungs_pipeline;
mod rungs_scheduler;
mod rungs_static;
mod taskgraph;
mod tokio_runtime;
mod topology;
mod write_steps;

use crate::entry::Entry;

/// All contestants, in the order of the tables.
pub fn all() -> Vec<Entry> {
    vec![
        Entry::of::<rungs_pipeline::Plain>(),
        Entry::of::<rungs_pipeline::Clocked>(),
        Entry::of::<rungs_pipeline::Main>(),
        Entry::of::<rungs_pipeline::Spawned>(),
        Entry::of::<rungs_local::LocalInPlace>(),
        Entry::of::<rungs_static::Static>(),
        Entry::of::<rungs_scheduler::SchedulerAlone>(),
        Entry::of::<async_code::AsyncCode>(),
        Entry::of::<boxed_loop::BoxedLoop>(),
        Entry::of::<futures_unordered::Unordered>(),
        Entry::of::<executor_tasks::Tasks>(),
        Entry::of::<join_set::Joined>(),
        Entry::of::<dagx::Dagx>(),
        Entry::of::<operese_dagx::OpereseDagx>(),
        Entry::of::<dagrs::Dagrs>(),
        Entry::of::<async_dag::AsyncDag>(),
        Entry::of::<fn_graph::FnGraphRun>(),
        Entry::of::<dag_exec::DagExec>(),
        Entry::of::<dag_executor::DagExecutorRun>(),
        Entry::of::<taskgraph::Taskgraph>(),
        Entry::of::<apalis_workflow::Apalis>(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{body::Mode, graph::Shape, life::Unmetered, workload::Workload};
    use std::{sync::mpsc, thread, time::Duration};

    const GRAPHS: [(Shape, usize); 5] =
        [(Shape::Diamond, 4), (Shape::Chain, 20), (Shape::Fan, 30), (Shape::Layers, 24), (Shape::Random, 20)];

    #[test]
    fn each_contestant_comes_to_the_right_sum_or_says_why_it_cannot() {
        let mut wrong = Vec::new();
        for entry in all() {
            let of_graph = |(shape, steps)| Mode::ALL.map(|mode| Workload::new(shape, steps, mode));
            let workloads = GRAPHS.into_iter().flat_map(of_graph).filter(|workload| entry.refuses(workload).is_none());
            for workload in workloads {
                // Some wait for ever where others fail, so each has a thread and a limit.
                let (tell, told) = mpsc::channel();
                thread::spawn(move || {
                    let graph = workload.graph(entry.most_needs);
                    _ = tell.send(entry.live(graph, workload.mode, 2, &mut Unmetered));
                });
                let result = told.recv_timeout(Duration::from_secs(30));
                if !matches!(result, Ok(Ok(()))) {
                    wrong.push(format!("{} {workload}: {result:?}", entry.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_differ() {
        let mut names: Vec<_> = all().into_iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }
}
