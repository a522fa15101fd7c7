//! One layer's sums.

use super::{CRITICAL_CAP, Counts, Grade, HIGH_CAP, Mark, Rating};
use crate::checks::{Ruling, Severity};

/// The fails of one resource in one layer.
#[derive(Debug, Default)]
struct Resource {
    /// Whether anything was asked of it.
    asked: bool,
    /// Whether anything about it could be judged.
    judged: bool,
    /// Risks of its fails.
    fails: Vec<f64>,
    /// Half risks of its unknowns.
    unknowns: Vec<f64>,
}

impl Resource {
    fn risk(&self) -> f64 {
        saturate(&self.fails)
    }

    fn risk_at_worst(&self) -> f64 {
        1.0 - (1.0 - saturate(&self.fails)) * (1.0 - saturate(&self.unknowns))
    }
}

fn saturate(risks: &[f64]) -> f64 {
    1.0 - risks.iter().map(|risk| 1.0 - risk).product::<f64>()
}

/// Answered and unanswered questions of a check in a Region.
#[derive(Debug)]
struct Cell<'a> {
    of: (&'static str, &'a str),
    answered: usize,
    open: usize,
}

/// A layer's sums, from which its score with or without one fail follows.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    /// By the place of the resource.
    resources: Vec<Resource>,
    cells: Vec<Cell<'a>>,
    pub(super) counts: Counts,
    sum: f64,
    judged: usize,
    /// The two highest resource risks.
    worst: [f64; 2],
}

impl<'a> Tally<'a> {
    /// Counts a verdict of the layer.
    pub(super) fn take(&mut self, mark: &Mark<'a>) {
        let verdict = mark.verdict;
        if matches!(verdict.ruling, Ruling::NotApplicable) {
            return;
        }
        // Taken out as if it had not been asked: a waiver must not lift the mean as a pass does.
        if mark.waived {
            self.counts.waived += 1;
            return;
        }
        let place = mark.place as usize;
        if place >= self.resources.len() {
            self.resources.resize_with(place + 1, Resource::default);
        }
        let cell = self.cell((verdict.check.id, &verdict.region));
        let (cell, resource) = (&mut self.cells[cell], &mut self.resources[place]);
        resource.asked = true;
        match &verdict.ruling {
            Ruling::Unknown(_) => {
                cell.open += 1;
                self.counts.unknown += 1;
                resource.unknowns.push(mark.risk / 2.0);
                return;
            }
            Ruling::Fail(_) => {
                self.counts.count(mark.severity);
                resource.fails.push(mark.risk);
            }
            Ruling::Pass | Ruling::NotApplicable => self.counts.pass += 1,
        }
        cell.answered += 1;
        resource.judged = true;
    }

    /// The number of a cell. A check tells of one Region after the other: mostly it is the last one.
    fn cell(&mut self, of: (&'static str, &'a str)) -> usize {
        self.cells.iter().rposition(|cell| cell.of == of).unwrap_or_else(|| {
            self.cells.push(Cell { of, answered: 0, open: 0 });
            self.cells.len() - 1
        })
    }

    /// Sums up: to be called once, when every verdict was taken.
    pub(super) fn close(&mut self) {
        // The order of verdicts must not show in the last digits.
        self.cells.sort_by_key(|cell| cell.of);
        for resource in &mut self.resources {
            resource.fails.sort_by(f64::total_cmp);
            resource.unknowns.sort_by(f64::total_cmp);
        }
        for resource in self.resources.iter().filter(|resource| resource.judged) {
            let risk = resource.risk();
            self.sum += risk;
            self.judged += 1;
            if risk > self.worst[0] {
                self.worst = [risk, self.worst[0]];
            } else if risk > self.worst[1] {
                self.worst[1] = risk;
            }
        }
    }

    /// The score over what could be judged.
    pub(super) fn value(&self) -> Option<f64> {
        (self.judged > 0).then(|| score(self.sum, self.judged, self.worst[0], self.counts.critical, self.counts.high))
    }

    /// The score without the fail `mark`.
    pub(super) fn without(&self, mark: &Mark<'_>) -> Option<f64> {
        let Mark { place, severity, risk, .. } = *mark;
        let resource = self.resources.get(place as usize)?;
        let before = resource.risk();
        let mut rest = resource.fails.clone();
        if let Some(index) = rest.iter().position(|other| *other == risk) {
            rest.swap_remove(index);
        }
        let after = saturate(&rest);
        let others = if before >= self.worst[0] { self.worst[1] } else { self.worst[0] };
        let critical = self.counts.critical - usize::from(severity == Severity::Critical);
        let high = self.counts.high - usize::from(severity == Severity::High);
        (self.judged > 0).then(|| score(self.sum - before + after, self.judged, others.max(after), critical, high))
    }

    fn interval(&self) -> Option<(f64, f64)> {
        let (mut all, mut low_sum, mut low_worst) = (0, 0.0, 0.0_f64);
        for risk in self.resources.iter().filter(|resource| resource.asked).map(Resource::risk_at_worst) {
            all += 1;
            low_sum += risk;
            low_worst = low_worst.max(risk);
        }
        if all == 0 {
            return None;
        }
        let low = score(low_sum, all, low_worst, self.counts.critical, self.counts.high);
        let high = score(self.sum, all, self.worst[0], self.counts.critical, self.counts.high);
        // An unread resource may be better than the ones that were read: it narrows nothing.
        let value = self.value();
        Some((value.map_or(low, |value| low.min(value)), value.map_or(high, |value| high.max(value))))
    }

    fn coverage(&self) -> f64 {
        if self.cells.is_empty() {
            return 1.0;
        }
        let shares = self.cells.iter().map(|cell| cell.answered as f64 / (cell.answered + cell.open) as f64);
        shares.sum::<f64>() / self.cells.len() as f64
    }

    /// The score with what it leaves open.
    pub(super) fn rating(&self) -> Rating {
        let interval = self.interval();
        let value = self.value();
        let grade = match (value, interval) {
            (Some(_), Some((low, _))) => Grade::of(low),
            _ => Grade::None,
        };
        Rating { value, interval, coverage: self.coverage(), grade }
    }
}

fn score(sum: f64, resources: usize, worst: f64, critical: usize, high: usize) -> f64 {
    let plain = 100.0 * (1.0 - f64::midpoint(sum / resources as f64, worst));
    let cap = if critical > 0 {
        CRITICAL_CAP
    } else if high > 0 {
        HIGH_CAP
    } else {
        100.0
    };
    // Sums of products leave traces in the last digits.
    plain.clamp(0.0, cap)
}
