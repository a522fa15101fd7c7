//! Lambda: functions and what belongs to them. Lists first, then each function in detail, in two rounds.
//!
//! The first round asks what decides exposure (state, tags, concurrency, the policy on the function, its URLs), the
//! second the rest (aliases and versions with their policies, runtime management, recursion): four calls a function
//! on a quota of fifteen a second. Policies are read of every alias and of the newest [`VERSIONS_READ`] versions;
//! those of older versions stay unread, and are written down as such.

mod detail;
mod function;
mod lists;

use aws_sdk_lambda::{Client, Config};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};

use super::{
    Collector, Depth, Extent, Operation, Scope,
    pacer::Quota,
    reader::{Page, Reader},
};
use crate::model::{EnvironmentValue, Function, Learnt, Listing, Source};

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
static LIST_ALIASES: Operation = Operation::new("lambda:ListAliases", &QUOTA).detail(Depth::Full, each_function);
static LIST_CODE_SIGNING: Operation =
    Operation::new("lambda:ListCodeSigningConfigs", &QUOTA).calls(|at| at.pages(at.region.code_signing_configs.items.len(), 50));
static LIST_CODE_SIGNED: Operation =
    Operation::new("lambda:ListFunctionsByCodeSigningConfig", &QUOTA).calls(|at| at.region.code_signing_configs.items.len() as u64);
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
        &LIST_ALIASES,
        &LIST_CODE_SIGNING,
        &LIST_CODE_SIGNED,
        &LIST_FUNCTIONS,
        &LIST_LAYERS,
        &LIST_MAPPINGS,
        &LIST_URLS,
        &LIST_VERSIONS,
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
        let (functions, lists) = tokio::join!(functions(reader, client), lists::read(reader, client));
        let Listing { items, gap } = functions.clone();
        reader.expect(items.len());
        reader.post([vec![Learnt::Functions(functions)], lists].concat()).await;

        if reader.depth() == Depth::Lists {
            return Vec::new();
        }
        let first = round(reader, client, by_risk(items), detail::exposure).await;
        let functions = match reader.depth() {
            Depth::Lists | Depth::Core => first,
            Depth::Full => {
                reader.expect(first.len());
                round(reader, client, first, detail::rest).await
            }
        };
        reader.total(functions.len());
        // Once more in full: functions that were deleted meanwhile are gone from it.
        vec![Learnt::Functions(Listing { items: functions, gap })]
    }
    .boxed()
}

async fn functions(reader: &Reader, client: &Client) -> Listing<Function> {
    let listing = reader
        .pages(&LIST_FUNCTIONS, |token| async move {
            let answer = reader.call(&LIST_FUNCTIONS, client.list_functions().max_items(50).set_marker(token).send()).await?;
            Ok(Page::new(answer.functions, answer.next_marker))
        })
        .await;
    reader.converted(&LIST_FUNCTIONS, listing, |configuration| function::function(reader, configuration))
}

/// Where trouble is likelier first: with what looks like a secret, then what changed last.
fn by_risk(mut functions: Vec<Function>) -> Vec<Function> {
    let secrets = |function: &Function| {
        function
            .environment
            .known()
            .is_ok_and(|variables| variables.values().any(|value| matches!(value, EnvironmentValue::Redacted { secret: Some(_), .. })))
    };
    functions.sort_by_cached_key(|function| std::cmp::Reverse((secrets(function), function.last_modified)));
    functions
}

/// Asks `detail` of all functions and hands them over as they come; one that is gone falls out.
async fn round<'a, F>(
    reader: &'a Reader,
    client: &'a Client,
    functions: Vec<Function>,
    detail: impl Fn(&'a Reader, &'a Client, Function) -> F,
) -> Vec<Function>
where
    F: Future<Output = Option<Function>> + Send + 'a,
{
    let mut read = Vec::with_capacity(functions.len());
    let mut batches =
        stream::iter(functions).map(|function| detail(reader, client, function)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
    while let Some(batch) = batches.next().await {
        reader.done(batch.len());
        let batch: Vec<Function> = batch.into_iter().flatten().collect();
        reader.post(batch.iter().map(|function| Learnt::Function(Box::new(function.clone()))).collect()).await;
        read.extend(batch);
    }
    read
}
