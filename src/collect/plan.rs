//! What a collection would cost: calls per operation, and how long AWS's quotas make them take.

use serde::Serialize;

use super::{Collector, Depth, Extent, Operation, Scope};
use crate::model::{Posture, Region, Source, SourceRun};

/// One operation in one Region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedCalls {
    /// The service.
    pub source: Source,
    /// The Region, or `global`.
    pub region: String,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// The quota that it draws on; operations of one name share it.
    pub quota: &'static str,
    /// Requests a second that the quota allows.
    pub per_second: u32,
    /// How often it would be asked.
    pub calls: u64,
}

/// What collecting an account would cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CollectionPlan {
    /// Every operation with calls, by Region and source.
    pub operations: Vec<PlannedCalls>,
}

impl CollectionPlan {
    /// The plan for the account whose lists `posture` holds.
    pub fn of(posture: &Posture, depth: Depth) -> Self {
        let nothing = Region::default();
        let mut operations = Vec::new();
        let everywhere = [(SourceRun::GLOBAL, &nothing)];
        for (scope, places) in [
            (Scope::Global, everywhere.to_vec()),
            (Scope::Regional, posture.regions.iter().map(|(name, region)| (name.as_str(), region)).collect()),
        ] {
            for (name, region) in places {
                let extent = Extent { posture, region };
                for collector in Collector::ALL.iter().filter(|collector| collector.scope == scope) {
                    let asked = collector.operations.iter().filter(|operation| operation.depth <= depth);
                    operations
                        .extend(asked.map(|operation| planned(collector.source, name, operation, &extent)).filter(|row| row.calls > 0));
                }
            }
        }
        Self { operations }
    }

    /// Calls in all.
    pub fn calls(&self) -> u64 {
        self.operations.iter().map(|row| row.calls).sum()
    }

    /// Seconds that the quotas alone make it take at `share` of them: the slowest one, for they are asked side by side.
    pub fn seconds(&self, share: f64) -> f64 {
        self.slowest().map_or(0.0, |(_, seconds)| seconds) / share.max(f64::EPSILON)
    }

    /// The operations of the quota that everything else waits for, and its seconds when it is used in full.
    pub fn slowest(&self) -> Option<(&PlannedCalls, f64)> {
        let seconds = |row: &PlannedCalls| {
            let same = |other: &&PlannedCalls| other.region == row.region && other.quota == row.quota;
            self.operations.iter().filter(same).map(|row| row.calls).sum::<u64>() as f64 / f64::from(row.per_second.max(1))
        };
        self.operations.iter().map(|row| (row, seconds(row))).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

fn planned(source: Source, region: &str, operation: &Operation, extent: &Extent<'_>) -> PlannedCalls {
    PlannedCalls {
        source,
        region: region.to_owned(),
        operation: operation.name,
        quota: operation.quota.name(),
        per_second: operation.quota.per_second(),
        calls: operation.calls_for(extent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing;

    fn of_size(functions: usize) -> Posture {
        let mut posture = testing::empty();
        let region = posture.regions.get_mut(testing::REGION).unwrap();
        region.functions.items = (0..functions).map(|number| testing::function(&format!("f{number:05}"))).collect();
        posture
    }

    #[test]
    fn a_thousand_functions_at_core_depth_take_what_the_quotas_say() {
        let plan = CollectionPlan::of(&of_size(1000), Depth::Core);
        let (slowest, seconds) = plan.slowest().unwrap();
        // 20 pages, 1,000 URLs and the lists beside them on fifteen a second.
        assert_eq!((slowest.quota, slowest.per_second), ("lambda", 15));
        assert!((68.0..70.0).contains(&seconds), "{seconds}");
        assert_eq!(plan.seconds(0.5), seconds * 2.0);
        assert!(plan.calls() < 3400, "{}", plan.calls());
    }

    #[test]
    fn depth_is_what_makes_it_dear() {
        let calls = |depth| CollectionPlan::of(&of_size(100), depth).calls();
        assert!(calls(Depth::Lists) < calls(Depth::Core) && calls(Depth::Core) < calls(Depth::Full));
        let lists = CollectionPlan::of(&of_size(100), Depth::Lists);
        assert!(lists.operations.iter().all(|row| !row.operation.starts_with("GetFunction")), "{lists:#?}");
    }
}
