//! Collecting an account: as fast as AWS's quotas allow, with how many requests, and in how much memory.
//!
//! `cargo bench --bench collecting` takes some ten minutes, most of them waiting for quotas. With `-- quick` it takes ten
//! seconds and judges nothing; with `-- core`, `full`, `free` or `regions` it does only that.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a bench that cannot go on is of no use")]

#[allow(dead_code, reason = "other benches measure other things")]
mod budget;
#[allow(dead_code, reason = "tests need other parts of it")]
#[path = "../tests/it/endpoint.rs"]
mod endpoint;
#[allow(dead_code, unused_imports, reason = "tests need other parts of it")]
#[path = "../tests/it/stub/mod.rs"]
mod stub;

use std::{
    collections::BTreeMap,
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use palisade::{
    checks::Settings,
    collect::{Budget, Depth, Errand, Event},
    live,
    model::{Posture, Timestamp},
    world::{Origin, World},
};
use tokio_util::sync::CancellationToken;

use budget::Figures;
use endpoint::{Endpoint, REGION};
use stub::{Plan, Size, Stub, Usage};

/// How long AWS takes for an answer, about.
const LATENCY: Duration = Duration::from_millis(20);
/// All of the quotas, and otherwise as against AWS.
const ALL: Budget = Budget { share: Some(1.0), ..Budget::AWS };
/// Against the bound that the quotas give.
const ABOVE_BOUND: f64 = 1.15;
const REGIONS: [&str; 5] = ["eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-west-2"];

/// One collection.
struct Collection {
    seconds: f64,
    /// When functions and roles were known, and all checks had run on them.
    scored: Option<f64>,
    posture: Posture,
}

/// Reads the account at `endpoint`, of which `before` is known; with `screen` it judges it as soon as it can, as the
/// dashboard does.
fn collect(endpoint: &Endpoint, regions: &[&str], depth: Depth, budget: Budget, before: Option<Posture>, screen: bool) -> Collection {
    let mut options = endpoint.options(REGION);
    options.regions = regions.iter().map(|region| (*region).to_owned()).collect();
    options.depth = depth;
    options.budget = Some(budget);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let start = Instant::now();
        let session = live::connect(&options).await.unwrap();
        let mut posture = session.blank(Timestamp::EPOCH);
        let mut scored = None;
        let (sender, mut receiver) = tokio::sync::mpsc::channel(live::CHANNEL);
        let absorb = async {
            while let Some(Event { part, .. }) = receiver.recv().await {
                posture.absorb(part);
                let listed =
                    || posture.regions.len() == regions.len() && posture.regions.values().all(|region| region.functions.gap.is_none());
                if screen && scored.is_none() && posture.identity.roles.gap.is_none() && listed() {
                    let judged = posture.clone();
                    let world =
                        tokio::task::spawn_blocking(|| World::assess(Origin::Live, Arc::new(judged), Arc::new(Settings::default())));
                    assert!(!world.await.unwrap().findings.is_empty(), "an account without findings is none");
                    scored = Some(start.elapsed().as_secs_f64());
                }
            }
        };
        let cancel = CancellationToken::new();
        let errand = Errand::everything(0, Timestamp::EPOCH);
        let errand = match before {
            Some(before) => errand.since(Arc::new(before), Duration::from_secs(3600)),
            None => errand,
        };
        tokio::join!(live::collect(&session, errand, sender, &cancel), absorb);
        Collection { seconds: start.elapsed().as_secs_f64(), scored, posture }
    })
}

/// Every list whole, every function there.
fn check(collection: &Collection, functions: usize) {
    let gaps: Vec<_> = collection.posture.sources.iter().flat_map(|run| &run.gaps).collect();
    assert!(gaps.is_empty(), "{gaps:#?}");
    assert_eq!(collection.posture.functions().count(), functions);
}

/// The requests of one collection at AWS's quotas.
struct Requests {
    usage: BTreeMap<(String, &'static str), Usage>,
}

impl Requests {
    /// Those that `stub` has seen, without those that it had seen `before`.
    fn of(stub: &Stub, before: Option<&Self>) -> Self {
        let mut usage = stub.usage();
        for (key, now) in &mut usage {
            let was = before.and_then(|before| before.usage.get(key)).copied().unwrap_or_default();
            now.passed -= was.passed;
            now.throttled -= was.throttled;
        }
        Self { usage }
    }

    /// The quota that takes longest, and how long: no collection with these requests can be faster.
    fn bound(&self) -> (&'static str, f64) {
        let seconds = self.usage.iter().map(|((_, bucket), usage)| (*bucket, usage.seconds()));
        seconds.max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap()
    }

    fn throttled(&self) -> u64 {
        self.usage.values().map(|usage| usage.throttled).sum()
    }

    fn all(&self) -> u64 {
        self.usage.values().map(|usage| usage.passed).sum::<u64>() + self.throttled()
    }

    fn tell(&self, figures: &mut Figures, what: &str, collection: &Collection, judged: bool) {
        let budget = |figure| judged.then_some(figure);
        let (bucket, bound) = self.bound();
        figures.tell(&format!("{what}: the bound, which is the quota of {bucket}"), bound, "s", None);
        figures.tell(&format!("{what}: collected"), collection.seconds, "s", budget((bound * ABOVE_BOUND).round()));
        figures.tell(&format!("{what}: against the bound"), collection.seconds / bound, "x", budget(ABOVE_BOUND));
        figures.tell(&format!("{what}: throttled requests"), self.throttled() as f64 * 100.0 / self.all() as f64, "%", budget(1.0));
    }
}

/// An account at AWS's quotas: read for the first time, and again when one function in fifty has changed.
fn at_the_quotas(figures: &mut Figures, depth: Depth, functions: usize, judged: bool) {
    let (what, requests, again) = match depth {
        // Of all services that the leading scanner asks 10,934 requests.
        Depth::Core => ("core", Some(3400.0), Some(6.0)),
        _ => ("full", None, Some(6.0)),
    };
    let stub = Plan::default().size(Size::of(functions)).quotas().latency(LATENCY).start();
    println!("{functions} functions, {what} depth");
    let first = collect(&stub.endpoint, &[REGION], depth, ALL, None, true);
    check(&first, functions);
    let cold = Requests::of(&stub, None);
    cold.tell(figures, what, &first, judged);
    figures.tell(&format!("{what}: first scored screen"), first.scored.unwrap(), "s", judged.then_some(3.0));
    figures.tell(&format!("{what}: requests"), cold.all() as f64, "", requests.filter(|_| judged));

    stub.change(functions.div_ceil(50));
    let second = collect(&stub.endpoint, &[REGION], depth, ALL, Some(first.posture), true);
    check(&second, functions);
    let warm = Requests::of(&stub, Some(&cold));
    let what = format!("{what}, again");
    warm.tell(figures, &what, &second, false);
    figures.tell(&format!("{what}: with one function in fifty changed"), second.seconds, "s", again.filter(|_| judged));
    figures.tell(&format!("{what}: requests"), warm.all() as f64, "", None);
}

/// What a collection may cost at most.
#[derive(Default)]
struct Most {
    seconds: Option<f64>,
    megabytes: Option<f64>,
}

/// Collects in a process of its own, so that its memory is all that is measured.
fn alone(figures: &mut Figures, what: &str, stub: &Stub, regions: &[&str], depth: Depth, most: Most) {
    let depth = if depth == Depth::Core { "core" } else { "full" };
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["alone", stub.endpoint.url(), &regions.join(","), depth]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let mut said = said.split_whitespace().map(|figure| figure.parse::<f64>().unwrap());
    let (took, highest, after) = (said.next().unwrap(), said.next().unwrap(), said.next().unwrap());
    let asked = stub.asked_in_all() as f64;
    figures.tell(&format!("{what}: collected"), took, "s", most.seconds);
    figures.tell(&format!("{what}: memory at its highest"), highest, "MB", most.megabytes);
    figures.tell(&format!("{what}: memory with the posture"), after, "MB", None);
    figures.tell(&format!("{what}: requests"), asked, "", None);
    figures.tell(&format!("{what}: requests a second"), asked / took, "", None);
}

/// The process of its own: says seconds, and megabytes at the highest and in the end.
fn child(url: &str, regions: &str, depth: &str) -> ExitCode {
    let regions: Vec<&str> = regions.split(',').collect();
    let depth = if depth == "core" { Depth::Core } else { Depth::Full };
    let collection = collect(&Endpoint::new(url), &regions, depth, Budget::LOOPBACK, None, false);
    let gaps: Vec<_> = collection.posture.sources.iter().flat_map(|run| &run.gaps).collect();
    if !gaps.is_empty() {
        eprintln!("{gaps:#?}");
        return ExitCode::FAILURE;
    }
    let memory = |line| budget::memory(line).unwrap_or(0.0);
    println!("{} {} {}", collection.seconds, memory("VmHWM"), memory("VmRSS"));
    drop(collection);
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [alone, url, regions, depth] = arguments.as_slice()
        && alone == "alone"
    {
        return child(url, regions, depth);
    }
    let figures = &mut Figures::default();
    if arguments.iter().any(|argument| argument == "quick") {
        at_the_quotas(figures, Depth::Core, 30, false);
        at_the_quotas(figures, Depth::Full, 6, false);
        let stub = Plan::default().size(Size::of(300)).start();
        alone(figures, "without quotas", &stub, &[REGION], Depth::Full, Most::default());
        return std::mem::take(figures).code();
    }
    let wanted = |what: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == what);
    if wanted("core") {
        at_the_quotas(figures, Depth::Core, 1000, true);
    }
    if wanted("full") {
        at_the_quotas(figures, Depth::Full, 1000, true);
    }
    if wanted("free") {
        let stub = Plan::default().size(Size::of(1000)).start();
        alone(figures, "without quotas", &stub, &[REGION], Depth::Full, Most { seconds: Some(3.0), megabytes: Some(60.0) });
    }
    if wanted("regions") {
        let stub = Plan::default().size(Size::of(10_000)).start();
        alone(figures, "10,000 functions in 5 Regions", &stub, &REGIONS, Depth::Full, Most { megabytes: Some(600.0), ..Most::default() });
    }
    std::mem::take(figures).code()
}
