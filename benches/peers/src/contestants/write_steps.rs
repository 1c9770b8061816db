//! How a pipeline of rungs is written from a graph: one closure per number of needs, as a user writes them.

/// Writes the steps of `$graph` into `$pipeline`; `$set` sets each up. Tells the pipeline, and the handle of its last step.
macro_rules! write_steps {
    ($graph:ident, $Body:ident, $pipeline:expr, |$step:ident, $i:ident| $set:expr) => {{
        let mut pipeline = $pipeline;
        let mut handles = Vec::with_capacity($graph.len());
        for $i in 0..$graph.len() {
            let $step = pipeline.step($graph.name($i));
            let step = $set;
            let own = $graph.own($i);
            let handle = |need: u32| -> Handle<u64> { handles[need as usize] };
            let handle = match *$graph.needs($i) {
                [] => step.run(move || async move { Ok($Body::step(own).await) }),
                [a] => step.needs(handle(a)).run(move |a| async move { Ok($Body::step(own.wrapping_add(*a)).await) }),
                [a, b] => step
                    .needs((handle(a), handle(b)))
                    .run(move |a, b| async move { Ok($Body::step(own.wrapping_add(*a).wrapping_add(*b)).await) }),
                [a, b, c] => step.needs((handle(a), handle(b), handle(c))).run(move |a, b, c| async move {
                    Ok($Body::step(own.wrapping_add(*a).wrapping_add(*b).wrapping_add(*c)).await)
                }),
                ref many => {
                    let many: Vec<Handle<u64>> = many.iter().map(|&need| handle(need)).collect();
                    step.needs(many).run(move |all| async move {
                        Ok($Body::step(all.iter().fold(own, |sum, value| sum.wrapping_add(**value))).await)
                    })
                }
            };
            handles.push(handle);
        }
        let last = *handles.last().expect("a graph has a step");
        (pipeline, last)
    }};
}
pub(super) use write_steps;
