//! The functions of an account with what is known of each in every layer: of the function itself, its role, its key and its log group.

use std::collections::HashMap;

use crate::{
    checks::{Layer, Ruling, Severity},
    model::{Arn, Function, text},
    world::{Status, World},
};

/// What one layer says of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The worst fail.
    pub(crate) worst: Option<Severity>,
    /// How many fails.
    pub(crate) fails: u32,
    /// How many open questions.
    pub(crate) unknown: u32,
    /// How many passes.
    pub(crate) pass: u32,
}

impl Cell {
    fn add(&mut self, other: Self) {
        self.worst = match (self.worst, other.worst) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.fails += other.fails;
        self.unknown += other.unknown;
        self.pass += other.pass;
    }
}

/// One function.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its ARN.
    pub(crate) arn: Arn,
    /// Its name, cleaned.
    pub(crate) name: String,
    /// Its Region.
    pub(crate) region: String,
    /// The layers in order.
    pub(crate) cells: [Cell; 5],
    /// 0 to 100: how likely one of its fails is to matter.
    pub(crate) risk: f64,
    /// Whether anyone can reach it.
    pub(crate) public: bool,
}

impl Row {
    /// The worst fail of any layer.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.cells.iter().filter_map(|cell| cell.worst).min()
    }

    /// Whether any layer has an open question.
    pub(crate) fn unknown(&self) -> bool {
        self.cells.iter().any(|cell| cell.unknown > 0)
    }
}

/// The functions of an account, by risk.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    /// The functions.
    pub(crate) rows: Vec<Row>,
    /// How many have each severity as their worst.
    pub(crate) by_worst: [usize; 5],
    /// How many have no fail, but open questions.
    pub(crate) unknown: usize,
    /// How many have neither.
    pub(crate) clean: usize,
}

/// What is known of one resource.
#[derive(Default, Clone, Copy)]
struct Sum {
    cells: [Cell; 5],
    safe: f64,
}

impl Roster {
    /// Works it out.
    pub(crate) fn new(world: &World) -> Self {
        let mut sums: HashMap<&str, Sum> = HashMap::new();
        let fresh = || Sum { safe: 1.0, ..Sum::default() };
        for verdict in &world.verdicts {
            if matches!(verdict.ruling, Ruling::Pass)
                && let Some(cell) = sums.entry(verdict.resource.as_str()).or_insert_with(fresh).cells.get_mut(verdict.check.layer.index())
            {
                cell.pass += 1;
            }
        }
        let mut public: HashMap<&str, bool> = HashMap::new();
        for finding in &world.findings {
            let sum = sums.entry(finding.resource.as_str()).or_insert_with(fresh);
            public.insert(finding.resource.as_str(), finding.public);
            let Some(cell) = sum.cells.get_mut(finding.check.layer.index()) else { continue };
            match finding.status {
                Status::Fail => {
                    cell.fails += 1;
                    cell.worst = Some(cell.worst.map_or(finding.severity, |worst| worst.min(finding.severity)));
                    sum.safe *= 1.0 - finding.risk;
                }
                Status::Unknown => cell.unknown += 1,
                Status::Waived | Status::Pass => {}
            }
        }
        let mut roster = Self::default();
        for (region, function) in world.posture.functions() {
            let mut cells = [Cell::default(); 5];
            let mut safe = 1.0;
            for resource in belongings(world, region, function) {
                if let Some(sum) = sums.get(resource.as_str()) {
                    safe *= sum.safe;
                    for (cell, other) in cells.iter_mut().zip(sum.cells) {
                        cell.add(other);
                    }
                }
            }
            let row = Row {
                arn: function.arn.clone(),
                name: text::clean(&function.name).into_owned(),
                region: region.to_owned(),
                cells,
                risk: 100.0 * (1.0 - safe),
                public: public.get(function.arn.as_str()).copied().unwrap_or_default(),
            };
            match row.worst() {
                Some(severity) => roster.by_worst[severity.index()] += 1,
                None if row.unknown() => roster.unknown += 1,
                None => roster.clean += 1,
            }
            roster.rows.push(row);
        }
        roster.rows.sort_by(|a, b| b.risk.total_cmp(&a.risk).then_with(|| a.name.cmp(&b.name)));
        roster
    }
}

/// The resources whose findings are a function's: itself, its role, its key, its log group.
pub(crate) fn belongings(world: &World, region: &str, function: &Function) -> Vec<Arn> {
    let mut resources = vec![function.arn.clone(), function.role.clone()];
    resources.extend(function.kms_key.clone());
    if let Ok(group) = function.log_group().known() {
        resources.push(Arn::build(&world.posture.partition, "logs", region, &world.posture.account, &format!("log-group:{group}")));
    }
    resources
}

/// The place of a layer in a row of cells.
pub(crate) fn cell(row: &Row, layer: Layer) -> Cell {
    row.cells.get(layer.index()).copied().unwrap_or_default()
}
