//! The world as the screens and reports see it: a posture, what the checks say of it, and the score.

mod judging;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use serde::Serialize;

use self::judging::{Weight, judge, weigh};
use crate::{
    checks::{self, Check, Confidence, Context, Evidence, Layer, Ruling, Settings, Severity, Verdict, Waiver, WaiverState, WaiverUse},
    iam::{Library, Reach},
    model::{Arn, Gap, Posture, Source, SourceRun, text},
    remedy::Plan,
    score::{self, Mark, Score},
};

/// Where a posture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The built-in account.
    Demo,
    /// A saved snapshot: its path.
    Snapshot(String),
    /// The account itself.
    Live,
}

/// A posture with everything that follows from it.
#[derive(Debug, Clone)]
pub struct World {
    /// Where the posture comes from.
    pub origin: Origin,
    /// The posture.
    pub posture: Arc<Posture>,
    /// What the user says of it.
    pub settings: Arc<Settings>,
    /// What every check says of every resource.
    pub verdicts: Vec<Verdict>,
    /// Fails and unknowns, by risk.
    pub findings: Vec<Finding>,
    /// The score.
    pub score: Score,
    /// What the policies come to; worked out once.
    prepared: OnceLock<Prepared>,
}

#[derive(Debug, Clone)]
struct Prepared {
    library: Arc<Library>,
    public: Arc<BTreeMap<Arn, Vec<Reach>>>,
}

impl Prepared {
    fn of(context: &Context<'_>) -> Self {
        Self { library: context.library.clone(), public: context.public.clone() }
    }
}

/// What became of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not as it should be.
    Fail,
    /// It cannot be said.
    Unknown,
    /// Not as it should be, and accepted.
    Waived,
    /// As it should be.
    Pass,
}

impl Status {
    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Pass => "pass",
        }
    }
}

/// A fail or an unknown on one resource, with its evidence.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable hash of check and resource: 16 hexadecimal digits.
    pub id: String,
    /// The check.
    pub check: &'static Check,
    /// The resource.
    pub resource: Arn,
    /// Its Region; empty for global resources.
    pub region: Arc<str>,
    /// Fail, unknown, waived or pass.
    pub status: Status,
    /// How bad it is, or would be.
    pub severity: Severity,
    /// One sentence about this resource, cleaned.
    pub message: String,
    /// What decided it.
    pub evidence: Arc<[Evidence]>,
    /// Why it is unknown.
    pub gap: Option<Gap>,
    /// Whether anyone can reach the resource.
    pub public: bool,
    /// Whether it is proven.
    pub confidence: Confidence,
    /// 0 to 0.95; half for an unknown.
    pub risk: f64,
    /// Points of the account's score regained when it is fixed.
    pub gain: f64,
    /// What accepts it, when it is waived.
    pub waiver: Option<Arc<Waiver>>,
    /// Its place in [`World::verdicts`].
    verdict: usize,
}

impl World {
    /// Runs every check on `posture`.
    pub fn assess(origin: Origin, posture: Arc<Posture>, settings: Arc<Settings>) -> Self {
        let context = Context::new(&posture, &settings);
        let verdicts: Vec<Verdict> = checks::all().flat_map(|check| (check.run)(&context)).collect();
        let (findings, score) = judge(&context, &verdicts);
        let prepared = Prepared::of(&context).into();
        drop(context);
        Self { origin, posture, settings, verdicts, findings, score, prepared }
    }

    /// The same world with a newer posture: only the checks that read one of the `changed` sources run again.
    #[must_use]
    pub fn reassess(self, posture: Arc<Posture>, changed: &[Source]) -> Self {
        let Self { origin, settings, mut verdicts, .. } = self;
        let context = Context::new(&posture, &settings);
        let stale = |check: &Check| check.reads.iter().any(|source| changed.contains(source));
        verdicts.retain(|verdict| !stale(verdict.check));
        verdicts.extend(checks::all().filter(|check| stale(check)).flat_map(|check| (check.run)(&context)));
        let (findings, score) = judge(&context, &verdicts);
        let prepared = Prepared::of(&context).into();
        drop(context);
        Self { origin, posture, settings, verdicts, findings, score, prepared }
    }

    /// A world that no check has looked at yet: what is painted first.
    pub fn unassessed(origin: Origin, posture: Arc<Posture>, settings: Arc<Settings>) -> Self {
        let score = score::rate(&[]).0;
        Self { origin, posture, settings, verdicts: Vec::new(), findings: Vec::new(), score, prepared: OnceLock::new() }
    }

    /// A world with verdicts of a test's own making.
    #[cfg(all(test, feature = "tui"))]
    pub(crate) fn of(origin: Origin, posture: Posture, verdicts: Vec<Verdict>) -> Self {
        let unassessed = Self::unassessed(origin, Arc::new(posture), Arc::default());
        let (findings, score) = judge(&unassessed.context(), &verdicts);
        Self { verdicts, findings, score, ..unassessed }
    }

    /// The posture as the checks see it, without parsing anything again.
    pub fn context(&self) -> Context<'_> {
        if let Some(Prepared { library, public }) = self.prepared.get() {
            return Context::prepared(&self.posture, &self.settings, library.clone(), public.clone());
        }
        let context = Context::new(&self.posture, &self.settings);
        // Whoever was faster worked out the same.
        let _ = self.prepared.set(Prepared::of(&context));
        context
    }

    /// The policies, if they were parsed already.
    pub fn library(&self) -> Option<Arc<Library>> {
        self.prepared.get().map(|prepared| prepared.library.clone())
    }

    /// The verdicts that passed, as findings.
    pub fn passes(&self) -> Vec<Finding> {
        let context = self.context();
        let passed = self.verdicts.iter().enumerate().filter(|(_, verdict)| matches!(verdict.ruling, Ruling::Pass));
        let mut passes: Vec<Finding> = passed
            .map(|(index, verdict)| {
                let (public, mark) = weigh(Weight::of(&context, &verdict.resource), verdict);
                Finding::new(index, public, &mark, 0.0, None)
            })
            .collect();
        passes.sort_by(|a, b| (a.check.id, &a.resource).cmp(&(b.check.id, &b.resource)));
        passes
    }

    /// The remediation of a finding, if there is one.
    pub fn plan(&self, finding: &Finding) -> Option<Plan> {
        let context = self.context();
        self.plan_in(&context, finding)
    }

    /// The remediations of many findings, in their order.
    pub fn plans<'a>(&self, findings: impl Iterator<Item = &'a Finding>) -> Vec<Option<Plan>> {
        let context = self.context();
        findings.map(|finding| self.plan_in(&context, finding)).collect()
    }

    /// The fails to mend first: the points each gives back, for what its fix asks of a person; at most `count`.
    ///
    /// What no plan mends is left out. A gain is divided by [`Effort::cost`](crate::remedy::Effort::cost), which is at
    /// least 1, so that the walk from the largest gain down ends as soon as no gain left can beat what was found;
    /// it ends after 1,000 plans in any case, for accounts with as many fails that give back the same.
    pub fn fix_first(&self, count: usize) -> Vec<(&Finding, Plan)> {
        const MOST: usize = 1_000;
        let context = self.context();
        let mut candidates: Vec<&Finding> = self.findings.iter().filter(|finding| finding.gain > 0.0).collect();
        candidates.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        let worth = |finding: &Finding, plan: &Plan| finding.gain / plan.effort.cost();
        let mut first: Vec<(&Finding, Plan)> = Vec::new();
        for finding in candidates.into_iter().take(MOST) {
            if first.len() == count && first.last().is_none_or(|(last, plan)| worth(last, plan) >= finding.gain) {
                break;
            }
            let Some(plan) = self.plan_in(&context, finding) else { continue };
            let at = first.partition_point(|(other, has)| worth(other, has) >= worth(finding, &plan));
            first.insert(at, (finding, plan));
            first.truncate(count);
        }
        first
    }

    fn plan_in(&self, context: &Context<'_>, finding: &Finding) -> Option<Plan> {
        let verdict = self.verdicts.get(finding.verdict)?;
        matches!(verdict.ruling, Ruling::Fail(_)).then(|| (finding.check.fix)(context, verdict)).flatten()
    }

    /// The findings of one layer, by risk.
    pub fn layer(&self, layer: Layer) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.check.layer == layer)
    }

    /// The findings on one resource, by risk.
    pub fn on<'a>(&'a self, resource: &'a Arn) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.resource == *resource)
    }

    /// The worst severity among the fails.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().filter(|finding| finding.status == Status::Fail).map(|finding| finding.severity).min()
    }

    /// Lets `waiver` hold as well; no check runs for that.
    pub fn accept(&mut self, waiver: Arc<Waiver>) {
        let mut settings = (*self.settings).clone();
        settings.waivers.push(waiver);
        self.settings = Arc::new(settings);
        let (findings, score) = judge(&self.context(), &self.verdicts);
        (self.findings, self.score) = (findings, score);
    }

    /// What has become of each of the user's waivers here.
    pub fn waivers(&self) -> Vec<WaiverUse> {
        let speaks = |waiver: &Waiver, finding: &&Finding| {
            matches!(finding.status, Status::Fail | Status::Waived) && waiver.covers(finding.check.id, &finding.resource)
        };
        let of = |waiver: &Arc<Waiver>| {
            let fails = self.findings.iter().filter(|finding| speaks(waiver, finding)).count();
            let state = match () {
                () if !waiver.holds(self.posture.taken_at) => WaiverState::Expired,
                () if fails == 0 => WaiverState::Unmatched,
                () => WaiverState::InForce,
            };
            WaiverUse { waiver: waiver.clone(), state, fails }
        };
        self.settings.waivers.iter().map(of).collect()
    }

    /// Sources with gaps.
    pub fn blind(&self) -> impl Iterator<Item = &SourceRun> {
        self.posture.blind()
    }
}

impl Finding {
    fn new(verdict: usize, public: bool, mark: &Mark<'_>, gain: f64, waiver: Option<&Arc<Waiver>>) -> Self {
        let Mark { verdict: Verdict { check, resource, region, ruling }, severity, risk, .. } = *mark;
        let hash = blake3::hash(format!("{}\0{resource}", check.id).as_bytes());
        let finding = Self {
            id: hash.to_hex()[..16].to_owned(),
            check,
            resource: resource.clone(),
            region: region.clone(),
            status: Status::Pass,
            severity,
            message: check.title.to_owned(),
            evidence: Arc::default(),
            gap: None,
            public,
            confidence: Confidence::Proven,
            risk,
            gain,
            waiver: waiver.cloned(),
            verdict,
        };
        match ruling {
            Ruling::Fail(fault) => Self {
                status: if waiver.is_some() { Status::Waived } else { Status::Fail },
                message: fault.message.clone(),
                evidence: fault.evidence.clone(),
                confidence: fault.confidence,
                // What is accepted comes after what is not.
                risk: if waiver.is_some() { 0.0 } else { risk },
                ..finding
            },
            Ruling::Unknown(gap) => Self {
                status: Status::Unknown,
                message: text::clean(&format!("Not known, {gap}")).into_owned(),
                gap: Some((**gap).clone()),
                risk: risk / 2.0,
                ..finding
            },
            Ruling::Pass | Ruling::NotApplicable => finding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing,
        model::{Fact, Function, SourceRun},
    };

    fn assess(posture: Posture) -> World {
        World::assess(Origin::Demo, Arc::new(posture), Arc::default())
    }

    #[test]
    fn what_is_waived_counts_no_more_until_it_expires() {
        let waiver = |check: &str, expires| {
            let words = |text: &str| text.to_owned();
            let (resource, owner, reason) = (words("*"), words("payments"), words("a test"));
            Arc::new(Waiver { check: words(check), resource, owner, reason, expires, line: 1 })
        };
        let posture = Arc::new(looping());
        let before = World::assess(Origin::Demo, posture.clone(), Arc::default());
        let failing = before.findings.iter().find(|finding| finding.check.id == "FN-019").expect("the loop");
        assert_eq!((failing.status, before.score.without_waivers), (Status::Fail, None));
        let assess = |waivers| World::assess(Origin::Demo, posture.clone(), Arc::new(Settings { waivers, ..Settings::default() }));

        let today = posture.taken_at.date();
        let waived = assess(vec![waiver("FN-019", today), waiver("FN-002", today)]);
        let found = waived.findings.iter().find(|finding| finding.check.id == "FN-019").expect("the loop");
        assert_eq!((found.status, found.gain), (Status::Waived, 0.0));
        assert_eq!(waived.score.without_waivers, before.score.rating.value);
        assert!(waived.score.rating.value > before.score.rating.value);
        assert_eq!(waived.score.layers[0].counts.waived, 1);
        let states = |world: &World| world.waivers().iter().map(|used| (used.state, used.fails)).collect::<Vec<_>>();
        assert_eq!(states(&waived), [(WaiverState::InForce, 1), (WaiverState::Unmatched, 0)]);

        let expired = assess(vec![waiver("FN-019", today.previous_day().expect("a day"))]);
        assert_eq!(expired.score, before.score);
        assert_eq!(states(&expired), [(WaiverState::Expired, 1)]);
    }

    fn looping() -> Posture {
        testing::with_function(|function| function.recursive_loop_terminated = Fact::Known(false))
    }

    #[test]
    fn a_finding_keeps_its_id_and_has_a_plan() {
        let [first, second] = [assess(looping()), assess(looping())];
        let finding = |world: &World| world.findings.iter().find(|finding| finding.check.id == "FN-019").unwrap().clone();
        assert_eq!(finding(&first).id, finding(&second).id);
        assert_eq!(finding(&first).status, Status::Fail);
        let plan = first.plan(&finding(&first)).unwrap();
        assert!(plan.commands()[0].starts_with("aws lambda put-function-recursion-config"));
    }

    #[test]
    fn what_is_unread_is_unknown_and_counts_in_coverage() {
        let known = assess(testing::with_function(|_| ()));
        let unread = assess(testing::with_function(|function| *function = Function::new(function.arn.clone(), function.role.clone())));
        let layer = |world: &World| world.score.layers[Layer::Function.index()];
        // Code is not read, and Inspector is asked of nothing here.
        assert!(layer(&known).rating.coverage > 0.8);
        assert!(layer(&unread).rating.coverage < layer(&known).rating.coverage);
        assert!(unread.findings.iter().any(|finding| finding.status == Status::Unknown && finding.gap.is_some()));
    }

    #[test]
    fn reassessing_what_changed_gives_what_assessing_all_of_it_gives() {
        let world = assess(testing::with_function(|_| ())).reassess(Arc::new(looping()), &[Source::Lambda]);
        let whole = assess(looping());
        assert_eq!(world.score, whole.score);
        let ids = |world: &World| world.findings.iter().map(|finding| finding.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&world), ids(&whole));
    }

    #[test]
    fn sources_that_have_not_ended_are_not_blind_spots() {
        let mut posture = testing::empty();
        posture.sources = vec![SourceRun::queued(Source::Lambda, testing::REGION)];
        assert_eq!(assess(posture).blind().count(), 0);
    }

    #[test]
    fn what_to_fix_first_is_what_gives_back_most_for_its_effort() {
        let world = World::assess(Origin::Demo, Arc::new(crate::demo::posture()), Arc::default());
        let mut all: Vec<f64> = world
            .findings
            .iter()
            .filter_map(|finding| world.plan(finding).map(|plan| finding.gain / plan.effort.cost()))
            .filter(|worth| *worth > 0.0)
            .collect();
        all.sort_by(|a, b| b.total_cmp(a));
        for count in [0, 1, 5, 20] {
            let found: Vec<f64> = world.fix_first(count).iter().map(|(finding, plan)| finding.gain / plan.effort.cost()).collect();
            assert_eq!(found, all[..count.min(all.len())], "{count}");
        }
        assert!(world.fix_first(20).windows(2).any(|pair| pair[0].0.gain < pair[1].0.gain), "effort weighs");
    }
}
