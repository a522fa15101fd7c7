//! The world as the screens and reports see it: a posture, what the checks say of it, and the score.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use crate::{
    checks::{self, Asset, Check, Confidence, Context, Evidence, Layer, Ruling, Settings, Severity, Verdict},
    iam::{Library, Reach},
    model::{Arn, Gap, Posture, Source, SourceRun, SourceState, text},
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
    /// What the posture's policies say: parsed once, for every question that is asked later.
    library: Arc<Library>,
    public: Arc<BTreeMap<Arn, Vec<Reach>>>,
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
    pub evidence: Vec<Evidence>,
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
    /// Its place in [`World::verdicts`].
    verdict: usize,
}

impl World {
    /// Runs every check on `posture`.
    pub fn assess(origin: Origin, posture: Arc<Posture>, settings: Arc<Settings>) -> Self {
        let (verdicts, library, public) = {
            let context = Context::new(&posture, &settings);
            let verdicts = checks::all().flat_map(|check| (check.run)(&context)).collect();
            (verdicts, context.library, context.public)
        };
        Self::judged(origin, posture, settings, verdicts, library, public)
    }

    /// The same world with a newer posture: only the checks that read one of the `changed` sources run again.
    #[must_use]
    pub fn reassess(mut self, posture: Arc<Posture>, changed: &[Source]) -> Self {
        let context = Context::new(&posture, &self.settings);
        let stale = |check: &Check| check.reads.iter().any(|source| changed.contains(source));
        self.verdicts.retain(|verdict| !stale(verdict.check));
        self.verdicts.extend(checks::all().filter(|check| stale(check)).flat_map(|check| (check.run)(&context)));
        self.verdicts.sort_by_key(|verdict| (verdict.check.layer, verdict.check.id));
        let (library, public) = (context.library, context.public);
        Self::judged(self.origin, posture, self.settings, self.verdicts, library, public)
    }

    fn judged(
        origin: Origin,
        posture: Arc<Posture>,
        settings: Arc<Settings>,
        verdicts: Vec<Verdict>,
        library: Arc<Library>,
        public: Arc<BTreeMap<Arn, Vec<Reach>>>,
    ) -> Self {
        let (findings, score) = {
            let context = Context::prepared(&posture, &settings, library.clone(), public.clone());
            let weighed: Vec<(bool, Mark<'_>)> = verdicts.iter().map(|verdict| weigh(&context, verdict)).collect();
            let marks: Vec<Mark<'_>> = weighed.iter().map(|(_, mark)| *mark).collect();
            let (score, gains) = score::rate(&marks);
            let mut findings: Vec<Finding> = weighed
                .iter()
                .zip(gains)
                .enumerate()
                .filter(|(_, ((_, mark), _))| matches!(mark.verdict.ruling, Ruling::Fail(_) | Ruling::Unknown(_)))
                .map(|(index, ((public, mark), gain))| Finding::new(index, *public, mark, gain))
                .collect();
            findings.sort_by(|a, b| b.risk.total_cmp(&a.risk).then_with(|| a.id.cmp(&b.id)));
            (findings, score)
        };
        Self { origin, posture, settings, verdicts, findings, score, library, public }
    }

    /// A world with verdicts of a test's own making.
    #[cfg(all(test, feature = "tui"))]
    pub(crate) fn of(origin: Origin, posture: Posture, verdicts: Vec<Verdict>) -> Self {
        let (posture, settings) = (Arc::new(posture), Arc::new(Settings::default()));
        let (library, public) = {
            let context = Context::new(&posture, &settings);
            (context.library, context.public)
        };
        Self::judged(origin, posture, settings, verdicts, library, public)
    }

    /// The posture as the checks see it, without parsing anything again.
    pub fn context(&self) -> Context<'_> {
        Context::prepared(&self.posture, &self.settings, self.library.clone(), self.public.clone())
    }

    /// The verdicts that passed, as findings.
    pub fn passes(&self) -> Vec<Finding> {
        let context = self.context();
        let passed = self.verdicts.iter().enumerate().filter(|(_, verdict)| matches!(verdict.ruling, Ruling::Pass));
        let mut passes: Vec<Finding> = passed
            .map(|(index, verdict)| {
                let (public, mark) = weigh(&context, verdict);
                Finding::new(index, public, &mark, 0.0)
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

    /// Sources with gaps.
    pub fn blind(&self) -> impl Iterator<Item = &SourceRun> {
        self.posture.sources.iter().filter(|run| run.state.ended() && run.state != SourceState::Complete)
    }
}

fn weigh<'a>(context: &Context<'_>, verdict: &'a Verdict) -> (bool, Mark<'a>) {
    let public = context.is_public(&verdict.resource);
    let (severity, confidence) = match &verdict.ruling {
        Ruling::Fail(fault) => (fault.severity.unwrap_or(verdict.check.severity), fault.confidence),
        _ => (verdict.check.severity, Confidence::Proven),
    };
    let asset = match context.asset(&verdict.resource) {
        Asset::Sensitive => 1.25,
        Asset::Ordinary => 1.0,
        Asset::Development => 0.8,
    };
    (public, Mark { verdict, severity, risk: score::risk(severity, public, asset, confidence) })
}

impl Finding {
    fn new(verdict: usize, public: bool, mark: &Mark<'_>, gain: f64) -> Self {
        let Mark { verdict: Verdict { check, resource, region, ruling }, severity, risk } = *mark;
        let hash = blake3::hash(format!("{}\0{resource}", check.id).as_bytes());
        let finding = Self {
            id: hash.to_hex()[..16].to_owned(),
            check,
            resource: resource.clone(),
            region: region.clone(),
            status: Status::Pass,
            severity,
            message: check.title.to_owned(),
            evidence: Vec::new(),
            gap: None,
            public,
            confidence: Confidence::Proven,
            risk,
            gain,
            verdict,
        };
        match ruling {
            Ruling::Fail(fault) => Self {
                status: Status::Fail,
                message: fault.message.clone(),
                evidence: fault.evidence.clone(),
                confidence: fault.confidence,
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
