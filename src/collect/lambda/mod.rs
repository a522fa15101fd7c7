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

mod detail;
mod function;
mod lists;
mod named;
mod plan;

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_lambda::{Client, Config};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all},
    stream,
};

use self::plan::{Plan, Question};
use super::{
    Collector, Failure, Scope,
    reader::{Page, Reader},
};
use crate::model::{Function, FunctionDetails, Learnt, Listing, Source};

const GET_ACCOUNT_SETTINGS: &str = "lambda:GetAccountSettings";
const GET_FUNCTION: &str = "lambda:GetFunction";
const GET_LAYER_POLICY: &str = "lambda:GetLayerVersionPolicy";
const GET_POLICY: &str = "lambda:GetPolicy";
const GET_RECURSION: &str = "lambda:GetFunctionRecursionConfig";
const GET_RUNTIME_MANAGEMENT: &str = "lambda:GetRuntimeManagementConfig";
const GET_SCALING: &str = "lambda:GetFunctionScalingConfig";
const LIST_ALIASES: &str = "lambda:ListAliases";
const LIST_CODE_SIGNING: &str = "lambda:ListCodeSigningConfigs";
const LIST_CODE_SIGNED: &str = "lambda:ListFunctionsByCodeSigningConfig";
const LIST_EVENT_INVOKE: &str = "lambda:ListFunctionEventInvokeConfigs";
const LIST_FUNCTIONS: &str = "lambda:ListFunctions";
const LIST_LAYERS: &str = "lambda:ListLayers";
const LIST_MAPPINGS: &str = "lambda:ListEventSourceMappings";
/// `GetFunction` gives the tags to whoever may list them.
const LIST_TAGS: &str = "lambda:ListTags";
const LIST_URLS: &str = "lambda:ListFunctionUrlConfigs";
const LIST_VERSIONS: &str = "lambda:ListVersionsByFunction";

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Lambda,
    scope: Scope::Regional,
    actions: &[
        GET_ACCOUNT_SETTINGS,
        GET_FUNCTION,
        GET_LAYER_POLICY,
        GET_POLICY,
        GET_RECURSION,
        GET_RUNTIME_MANAGEMENT,
        GET_SCALING,
        LIST_ALIASES,
        LIST_CODE_SIGNING,
        LIST_CODE_SIGNED,
        LIST_EVENT_INVOKE,
        LIST_FUNCTIONS,
        LIST_LAYERS,
        LIST_MAPPINGS,
        LIST_TAGS,
        LIST_URLS,
        LIST_VERSIONS,
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
            tokio::join!(all(reader, client), lists);
        }
        Vec::new()
    }
    .boxed()
}

/// All functions: the list, then what is to be asked of each.
async fn all(reader: &Reader, client: &Client) {
    let mut functions = list(reader, client).await;
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
        .pages(LIST_FUNCTIONS, |token| async move {
            let answer = reader.call(LIST_FUNCTIONS, client.list_functions().max_items(50).set_marker(token).send()).await?;
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
        listing.gap = Some(reader.gap(Failure::answer(LIST_FUNCTIONS, "an entry has no name or ARN")));
    }
    listing
}
