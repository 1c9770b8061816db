//! Workflows: tasks with durations and needs.

use std::{collections::HashMap, fs, io, path::Path, time::Duration};

/// A graph of tasks.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The name, for tables.
    pub name: String,
    /// A task may stand before those that it needs.
    pub tasks: Vec<Task>,
}

/// One task.
#[derive(Clone, Debug)]
pub struct Task {
    /// The name, which no other task of the workflow has.
    pub name: String,
    /// How long it takes.
    pub duration: Duration,
    /// The tasks that it needs, by their index.
    pub needs: Vec<usize>,
}

impl Workflow {
    /// All workflows of a folder, in the order of their names: tables of `id,seconds,needs`, with spaces between the needs.
    ///
    /// # Errors
    /// The folder cannot be read, or a file is no such table.
    pub fn read_all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "csv"));
        files.sort();
        let read = |file: &Path| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            let wrong = || io::Error::other(format!("{} is no table of `id,seconds,needs`", file.display()));
            Self::parse(&name, &fs::read_to_string(file)?).ok_or_else(wrong)
        };
        files.iter().map(|file| read(file)).collect()
    }

    fn parse(name: &str, table: &str) -> Option<Self> {
        let rows = || table.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split(','));
        let ids: Option<HashMap<&str, usize>> = rows().zip(0..).map(|(mut row, at)| Some((row.next()?, at))).collect();
        let ids = ids?;
        let task = |mut row: std::str::Split<'_, char>| {
            let (name, seconds) = (row.next()?.to_owned(), row.next()?.parse().ok()?);
            let needs = row.next().unwrap_or("").split_whitespace().map(|id| ids.get(id).copied());
            Some(Task {
                name,
                duration: Duration::try_from_secs_f64(seconds).ok()?,
                needs: needs.collect::<Option<_>>()?,
            })
        };
        Some(Self { name: name.into(), tasks: rows().map(task).collect::<Option<_>>()? })
    }

    /// How long the longest path takes from the start of each task to an end of the graph, if a task takes so long.
    pub fn paths(&self, takes: impl Fn(&Task) -> Duration) -> Vec<Duration> {
        let mut paths = vec![Duration::ZERO; self.tasks.len()];
        // A task may stand before those that it needs; so again, as often as the longest path has tasks at most.
        for _ in &self.tasks {
            let mut rests = vec![Duration::ZERO; self.tasks.len()];
            for (task, path) in self.tasks.iter().zip(&paths) {
                task.needs.iter().for_each(|&need| rests[need] = rests[need].max(*path));
            }
            let longer: Vec<_> = self.tasks.iter().zip(rests).map(|(task, rest)| takes(task) + rest).collect();
            if longer == paths {
                break;
            }
            paths = longer;
        }
        paths
    }

    /// What no schedule goes below: the longest path, and the work divided by the workers.
    pub fn lower_bound(&self, workers: u32) -> Duration {
        let path = self.paths(|task| task.duration).into_iter().max().unwrap_or_default();
        let work: Duration = self.tasks.iter().map(|task| task.duration).sum();
        path.max(work / workers)
    }
}
