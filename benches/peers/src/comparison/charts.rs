//! Charts as SVG.

use crate::{
    body::Mode,
    comparison::{
        markdown::whole,
        plan::Plan,
        record::{Figures, Row},
    },
    contestant::Group,
    life::Phase,
};
use plotters::prelude::*;
use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

/// One line of a chart.
struct Series<'a> {
    name: &'a str,
    group: Group,
    /// Where it was measured, and nanoseconds per step.
    points: Vec<(f64, f64)>,
}

/// Writes a chart of the runs of each mode whose steps take no time, and one of each shape's growth; tells their files.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, plan: &Plan, rows: &[Row], growth: &[Vec<Row>]) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    let mut draw = |name: String, title: &str, rows: &[&Row], labels: Vec<String>, value: fn(&Figures) -> f64| {
        let path = folder.join(name);
        let drawn = lines(&path, title, &labels, &series(plan, rows, value));
        written.push(path);
        drawn.map_err(|error| io::Error::other(error.to_string()))
    };
    for mode in [Mode::Ready, Mode::Yields] {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.workload.mode == mode).collect();
        let label = |row: &&Row| format!("{} {}", row.workload.shape.name(), whole(row.workload.steps as f64));
        let labels = rows.iter().map(label).collect();
        let title = format!("Run: ns per step, {}", mode.about());
        draw(format!("run-{}.svg", mode.name()), &title, &rows, labels, |figures| figures.median(Phase::Run))?;
    }
    for rows in growth {
        let Some(shape) = rows.first().map(|row| row.workload.shape.name()) else { continue };
        let labels = rows.iter().map(|row| whole(row.workload.steps as f64)).collect();
        let title = format!("Growth of the {shape} graph: ns per step, all phases");
        draw(format!("growth-{shape}.svg"), &title, &rows.iter().collect::<Vec<_>>(), labels, Figures::median_total)?;
    }
    Ok(written)
}

fn series<'a>(plan: &'a Plan, rows: &[&Row], value: fn(&Figures) -> f64) -> Vec<Series<'a>> {
    let of_entry = |index: usize| {
        let points = rows.iter().enumerate().filter_map(move |(x, row)| {
            let figures = row.outcomes.get(index)?.figures()?;
            Some((x as f64, value(figures) / row.workload.steps as f64))
        });
        points.filter(|(_, y)| y.is_finite() && *y > 0.0).collect()
    };
    let entries = plan.entries.iter().enumerate();
    let all = entries.map(|(index, entry)| Series { name: entry.name, group: entry.group, points: of_entry(index) });
    all.filter(|series| !series.points.is_empty()).collect()
}

/// Draws lines over labels side by side; the scale is logarithmic.
fn lines(path: &Path, title: &str, labels: &[String], all: &[Series<'_>]) -> Result<(), Box<dyn Error>> {
    let values = all.iter().flat_map(|series| series.points.iter().map(|&(_, y)| y));
    let (low, high) = values.fold((f64::INFINITY, 1.0_f64), |(low, high), y| (low.min(y), high.max(y)));
    let low = if low.is_finite() { low } else { 0.1 };
    let area = SVGBackend::new(path, (1_100, 640)).into_drawing_area();
    area.fill(&WHITE)?;
    let last = labels.len().saturating_sub(1) as f64;
    // The names of the lines stand to the right of them.
    let (chart_area, names_area) = area.split_horizontally(860);
    let mut chart = ChartBuilder::on(&chart_area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(70)
        .build_cartesian_2d(-0.2..last + 0.2, (low * 0.7..high * 1.4).log_scale())?;
    let label = |x: &f64| {
        let is_whole = (x - x.round()).abs() < 1e-6;
        labels.get(x.round() as usize).filter(|_| is_whole && *x > -0.1).cloned().unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(labels.len() * 2 + 1)
        .x_label_formatter(&label)
        .y_desc("ns per step")
        .draw()?;
    for (index, series) in all.iter().enumerate() {
        let style = style(index, all.len(), series.group);
        chart.draw_series(LineSeries::new(series.points.iter().copied(), style))?;
        chart.draw_series(series.points.iter().map(|&point| Circle::new(point, 3, style.filled())))?;
        let y = 40 + 24 * index as i32;
        names_area.draw(&PathElement::new([(8, y + 7), (34, y + 7)], style))?;
        names_area.draw(&Text::new(series.name, (42, y), ("sans-serif", 15)))?;
    }
    area.present()?;
    Ok(())
}

/// Lines of rungs are thick; each has a colour of its own.
fn style(index: usize, of: usize, group: Group) -> ShapeStyle {
    let colour = HSLColor(index as f64 / of.max(1) as f64, 0.75, if index.is_multiple_of(2) { 0.42 } else { 0.58 });
    ShapeStyle::from(&colour).stroke_width(if group == Group::Rungs { 4 } else { 2 })
}
