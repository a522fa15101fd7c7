//! Lambda: functions and what belongs to them. Lists first, then each function in detail, in two rounds.
//!
//! The first round asks what decides exposure: `GetFunction`, `GetPolicy` and `ListFunctionUrlConfigs`. The second asks
//! the rest, five calls a function on a quota of fifteen a second: `ListAliases`, `ListVersionsByFunction`,
//! `GetRuntimeManagementConfig`, `GetFunctionRecursionConfig` and `ListFunctionEventInvokeConfigs`; besides `GetPolicy`
//! of every alias and of the newest [`VERSIONS_READ`] versions, and `GetFunctionScalingConfig` where there is a capacity
//! provider. Policies of older versions stay unread, and are written down as such.
//!
//! What is known of a function from an earlier reading stands unless the function has changed or the details are too
//! old; [`plan`] decides. `GetPolicy` it is and not `GetResourcePolicy`, which gives the same document: it has a quota
//! of its own, and where the other call is unknown it works as well.

mod capacity_providers;
mod detail;
mod function;
mod lists;
mod microvms;
mod named;
mod plan;
mod web_functions;

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_lambda::{Client, Config};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all},
    stream,
};

use self::plan::{Plan, Question};
use super::{Collector, Depth, Extent, Operation, Scope, pacer::Quota, pages::Page, reader::Reader};
use crate::model::{Function, FunctionDetails, Learnt, Listing, Source};

/// Lambda quotas, "Function configuration, deployment, and execution": none of these three can be raised.
static GET_FUNCTION_QUOTA: Quota = Quota::new("lambda:GetFunction", 100);
static GET_POLICY_QUOTA: Quota = Quota::new("lambda:GetPolicy", 15);
/// All other calls of Lambda's control plane share one quota.
static QUOTA: Quota = Quota::new("lambda", 15);

static GET_ACCOUNT_SETTINGS: Operation = Operation::new("lambda:GetAccountSettings", &QUOTA);
/// It gives the tags to whoever may list them.
static GET_FUNCTION: Operation =
    Operation::new("lambda:GetFunction", &GET_FUNCTION_QUOTA).with(&["lambda:ListTags"]).detail(Depth::Core, each_function);
static GET_LAYER_POLICY: Operation = Operation::new("lambda:GetLayerVersionPolicy", &QUOTA).calls(|at| at.region.layers.items.len() as u64);
/// Of the function itself; aliases and versions are known only when their function has been read.
static GET_POLICY: Operation = Operation::new("lambda:GetPolicy", &GET_POLICY_QUOTA).detail(Depth::Core, each_function);
static GET_RECURSION: Operation = Operation::new("lambda:GetFunctionRecursionConfig", &QUOTA).detail(Depth::Full, each_function);
static GET_RUNTIME_MANAGEMENT: Operation = Operation::new("lambda:GetRuntimeManagementConfig", &QUOTA).detail(Depth::Full, each_function);
/// Only of functions on a capacity provider.
static GET_SCALING: Operation = Operation::new("lambda:GetFunctionScalingConfig", &QUOTA)
    .detail(Depth::Full, |at| at.region.functions.items.iter().filter(|function| function.capacity_provider.is_some()).count() as u64);
static LIST_ALIASES: Operation = Operation::new("lambda:ListAliases", &QUOTA).detail(Depth::Full, each_function);
static LIST_CODE_SIGNING: Operation =
    Operation::new("lambda:ListCodeSigningConfigs", &QUOTA).calls(|at| at.pages(at.region.code_signing_configs.items.len(), 50));
static LIST_CODE_SIGNED: Operation =
    Operation::new("lambda:ListFunctionsByCodeSigningConfig", &QUOTA).calls(|at| at.region.code_signing_configs.items.len() as u64);
static LIST_EVENT_INVOKE: Operation = Operation::new("lambda:ListFunctionEventInvokeConfigs", &QUOTA).detail(Depth::Full, each_function);
static LIST_FUNCTIONS: Operation = Operation::new("lambda:ListFunctions", &QUOTA).calls(|at| at.pages(at.region.functions.items.len(), 50));
static LIST_LAYERS: Operation = Operation::new("lambda:ListLayers", &QUOTA).calls(|at| at.pages(at.region.layers.items.len(), 50));
static LIST_MAPPINGS: Operation =
    Operation::new("lambda:ListEventSourceMappings", &QUOTA).calls(|at| at.pages(at.region.event_source_mappings.items.len(), 100));
static LIST_URLS: Operation = Operation::new("lambda:ListFunctionUrlConfigs", &QUOTA).detail(Depth::Core, each_function);
static LIST_VERSIONS: Operation = Operation::new("lambda:ListVersionsByFunction", &QUOTA).detail(Depth::Full, each_function);

fn each_function(at: &Extent<'_>) -> u64 {
    at.region.functions.items.len() as u64
}

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Lambda,
    scope: Scope::Regional,
    operations: &[
        &GET_ACCOUNT_SETTINGS,
        &GET_FUNCTION,
        &GET_LAYER_POLICY,
        &GET_POLICY,
        &GET_RECURSION,
        &GET_RUNTIME_MANAGEMENT,
        &GET_SCALING,
        &LIST_ALIASES,
        &LIST_CODE_SIGNING,
        &LIST_CODE_SIGNED,
        &LIST_EVENT_INVOKE,
        &LIST_FUNCTIONS,
        &LIST_LAYERS,
        &LIST_MAPPINGS,
        &LIST_URLS,
        &LIST_VERSIONS,
        &capacity_providers::LIST,
        &microvms::LIST,
        &microvms::GET,
        &microvms::LIST_IMAGES,
        &microvms::GET_VERSION,
        &microvms::LIST_BASES,
        &web_functions::LIST,
        &web_functions::LIST_ENDPOINTS,
        &web_functions::GET_ENDPOINT,
        &web_functions::GET_POLICY,
    ],
    run,
};

/// Functions that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

/// How many of a function's newest versions have their own policy read. Policies on versions are rare and `GetPolicy`
/// allows fifteen calls a second, so a long history would cost more than all the rest.
const VERSIONS_READ: usize = 5;

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = &Client::from_conf(config.build());
        if let Some(arns) = reader.errand().functions_in(reader.region()) {
            named::read(reader, client, arns).await;
        } else {
            let lists = async { reader.post(lists::read(reader, client).await).await };
            let providers = async { reader.post(vec![capacity_providers::read(reader).await]).await };
            let microvms = async { reader.post(microvms::read(reader).await).await };
            let web_functions = async { reader.post(vec![web_functions::read(reader).await]).await };
            tokio::join!(all(reader, client), lists, providers, microvms, web_functions);
        }
        Vec::new()
    }
    .boxed()
}

/// All functions: the list, then what is to be asked of each.
async fn all(reader: &Reader, client: &Client) {
    let mut functions = list(reader, client).await;
    reader.roster().tell(&functions);
    if reader.depth() == Depth::Lists {
        return reader.post(vec![Learnt::Functions(functions)]).await;
    }
    let count = functions.items.len();
    let mut plans: Vec<Plan> = functions
        .items
        .iter_mut()
        .filter_map(|function| Plan::make(function, reader.errand(), reader.depth(), |gap| _ = reader.gap(gap.clone())))
        .collect();
    Plan::sort(&mut plans);
    let twice = plans.iter().filter(|plan| plan.rounds.iter().all(|round| !round.is_empty())).count();
    reader.expect(count + twice);
    reader.done(count - plans.len());
    reader.post(vec![Learnt::Functions(functions)]).await;

    let mut gone = 0;
    for round in [0, 1] {
        let (now, later): (Vec<Plan>, Vec<Plan>) = plans.into_iter().partition(|plan| !plan.rounds[round].is_empty());
        plans = later;
        let mut batches = stream::iter(now).map(|plan| step(reader, client, plan, round)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
        while let Some(batch) = batches.next().await {
            // What comes now may be a gap because we were told to stop: what was known stands.
            if reader.is_stopped() {
                return;
            }
            reader.done(batch.len());
            let (mut learnt, mut lost) = (Vec::with_capacity(batch.len()), Vec::new());
            for (plan, details) in batch {
                match details {
                    Some(details) => {
                        learnt.push(Learnt::FunctionDetails(Box::new(details)));
                        plans.push(plan);
                    }
                    None => lost.push(plan.arn),
                }
            }
            if !lost.is_empty() {
                gone += lost.len();
                learnt.push(Learnt::FunctionsGone(lost));
            }
            reader.post(learnt).await;
        }
        // Calls end in any order.
        Plan::sort(&mut plans);
    }
    reader.total(count - gone);
}

/// One round of questions to one function; no details when it is gone.
async fn step(reader: &Reader, client: &Client, plan: Plan, round: usize) -> (Plan, Option<FunctionDetails>) {
    let questions = plan.rounds.get(round).map_or(&[][..], Vec::as_slice);
    let answers = join_all(questions.iter().map(|question| detail::ask(reader, client, &plan.name, *question))).await;
    let Some(mut answers) = answers.into_iter().collect::<Option<Vec<_>>>() else { return (plan, None) };
    if plan.is_behind(&answers) {
        answers.extend(detail::ask(reader, client, &plan.name, Question::Versions).await);
    }
    let last = plan.rounds.iter().skip(round + 1).all(Vec::is_empty);
    let as_of = (plan.whole && last).then_some(reader.errand().taken_at);
    let details = FunctionDetails { arn: plan.arn.clone(), answers, as_of };
    (plan, Some(details))
}

async fn list(reader: &Reader, client: &Client) -> Listing<Function> {
    // Page by page, for the SDK's own form of a function is several times as large.
    let nameless = &AtomicBool::new(false);
    let mut listing = reader
        .pages(&LIST_FUNCTIONS, |token| async move {
            let answer = reader.call(&LIST_FUNCTIONS, client.list_functions().max_items(50).set_marker(token).send()).await?;
            let functions = answer.functions.map(|configurations| {
                let count = configurations.len();
                let convert = |configuration| function::function(reader, configuration);
                let functions: Vec<Function> = configurations.into_iter().filter_map(convert).collect();
                nameless.fetch_or(functions.len() < count, Ordering::Relaxed);
                functions
            });
            Ok(Page::new(functions, answer.next_marker))
        })
        .await;
    if nameless.load(Ordering::Relaxed) && listing.gap.is_none() {
        listing.gap = Some(reader.gap(LIST_FUNCTIONS.broken("an entry has no name or ARN")));
    }
    listing
}
