//! A server that plays AWS: an account of any size over AWS's own protocols, with the faults and quotas that a test plans.
//!
//! A service is one file: how its requests name operations, its quotas, and what a healthy account answers. To add one,
//! write the file and name it in [`SERVICES`]. A request that nobody knows makes the test fail, by name.

mod access_analyzer;
mod account;
mod answer;
mod api_gateway;
mod appsync;
mod cbor;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod config;
mod contacts;
mod dynamodb;
mod ecr;
mod efs;
mod events;
mod fault;
mod guardduty;
mod iam;
mod identity_pools;
mod inspector;
mod kinesis;
mod kms;
mod lambda;
mod logs;
mod microvms;
mod organizations;
mod pipes;
mod plan;
mod protocol;
mod quota;
mod request;
mod route;
mod s3;
mod scheduler;
mod secretsmanager;
mod security_hub;
mod sns;
mod sqs;
mod ssm;
mod ssm_incidents;
mod states;
mod sts;
mod tagging;
mod user_pools;
mod web_functions;
mod xray;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    io::BufReader,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

pub(crate) use account::{ACCOUNT, Account, Size};
pub(crate) use answer::Reply;
pub(crate) use fault::{Fault, Faults, Shares};
pub(crate) use iam::details;
pub(crate) use lambda::function;
pub(crate) use plan::Plan;
pub(crate) use protocol::{Protocol, Refusal};
pub(crate) use quota::Usage;
pub(crate) use request::Request;

use crate::endpoint::Endpoint;
use account::Page;
use answer::{Ending, Wire};
use quota::{Buckets, Quota};
use route::Asked;

/// A service that the server plays.
pub(crate) struct Service {
    /// As requests are signed for it.
    name: &'static str,
    /// What it speaks where a request does not say so itself.
    protocol: Protocol,
    /// What a request asks for; none when the service has no such operation here.
    route: fn(&Request) -> Option<Asked>,
    /// The quota that an operation draws on.
    quota: fn(&str) -> Quota,
    /// What a healthy account answers; none when the operation has no answer here.
    answer: fn(&Ask, &Account) -> Option<Reply>,
}

/// Every service that is played.
static SERVICES: &[&Service] = &[
    &access_analyzer::SERVICE,
    &api_gateway::SERVICE,
    &appsync::SERVICE,
    &cloudformation::SERVICE,
    &cloudtrail::SERVICE,
    &cloudwatch::SERVICE,
    &config::SERVICE,
    &contacts::SERVICE,
    &dynamodb::SERVICE,
    &ecr::SERVICE,
    &efs::SERVICE,
    &events::SERVICE,
    &guardduty::SERVICE,
    &iam::SERVICE,
    &identity_pools::SERVICE,
    &inspector::SERVICE,
    &kinesis::SERVICE,
    &kms::SERVICE,
    &lambda::SERVICE,
    &logs::SERVICE,
    &organizations::SERVICE,
    &pipes::SERVICE,
    &s3::SERVICE,
    &scheduler::SERVICE,
    &secretsmanager::SERVICE,
    &security_hub::SERVICE,
    &sns::SERVICE,
    &sqs::SERVICE,
    &ssm::SERVICE,
    &ssm_incidents::SERVICE,
    &states::SERVICE,
    &sts::SERVICE,
    &tagging::SERVICE,
    &user_pools::SERVICE,
    &xray::SERVICE,
];

/// A request as a test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The IAM action that allows it: `lambda:GetPolicy`
    pub(crate) action: String,
    /// AWS's name of the operation: `GetPolicy`
    pub(crate) operation: String,
    /// The Region it is signed for; `us-east-1` for global services.
    pub(crate) region: String,
    /// The id of the access key that signed it.
    pub(crate) key: String,
    /// What is asked for: a function, a key; empty for lists.
    pub(crate) name: String,
    /// Path with query, and body: where page tokens are.
    pub(crate) text: String,
    /// How often this action was called before.
    pub(crate) before: usize,
    /// The protocol in which it came.
    pub(crate) protocol: Protocol,
    request: Request,
    /// Further actions that the caller may not use: parts of the answer are missing.
    lacking: Vec<String>,
    most: usize,
    repeats_token: bool,
}

/// A page token that leads nowhere else.
const AGAIN: &str = "again";

impl Ask {
    /// A parameter of the request by AWS's name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.request.parameter(name)
    }

    /// The id of the access key that signed it.
    pub(crate) fn key(&self) -> &str {
        let scope = self.request.header("authorization").and_then(|value| value.split_once("Credential="));
        scope.and_then(|(_, scope)| scope.split('/').next()).unwrap_or_default()
    }

    /// Whether the caller may not use `action`, which a part of the answer needs.
    fn lacks(&self, action: &str) -> bool {
        self.lacking.iter().any(|lacking| lacking == action)
    }

    /// The page that is asked for of a list of `count`: at most `most`, or what the parameter `limit` says if that is less,
    /// from where the parameter `token` points.
    fn page(&self, count: usize, most: usize, limit: &str, token: &str) -> Page {
        let wanted = self.parameter(limit).and_then(|limit| limit.parse().ok()).unwrap_or(most);
        let mut page = Page::after(self.parameter(token), count, most.min(wanted).min(self.most));
        // Whoever follows such a token goes round in circles.
        if self.repeats_token || self.parameter(token) == Some(AGAIN) {
            page.next = Some(AGAIN.to_owned());
        }
        page
    }
}

/// An IAM action, the operation that needed it, and the Region: what the server saw.
pub(crate) type Saw = (String, String, String);

/// What has happened so far.
#[derive(Default)]
struct Record {
    asked: BTreeMap<String, usize>,
    saw: BTreeMap<Saw, usize>,
    /// How often exactly this was asked, for the plan of faults.
    same: HashMap<String, u32>,
    faults: BTreeMap<String, usize>,
    unknown: BTreeSet<String>,
}

struct State {
    plan: Plan,
    faults: Mutex<Option<Faults>>,
    account: Account,
    buckets: Buckets,
    record: Mutex<Record>,
    changed: Condvar,
    stopped: Mutex<bool>,
    stops: Condvar,
    connections: Mutex<BTreeMap<u64, TcpStream>>,
    ended: Condvar,
}

/// Connections at the same time; whoever is next waits for one to end.
const CONNECTIONS: usize = 1024;

/// A running server; it stops when it is dropped.
pub(crate) struct Stub {
    pub(crate) endpoint: Endpoint,
    address: String,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        *locked(&self.state.stopped) = true;
        self.state.stops.notify_all();
        self.state.changed.notify_all();
        for stream in locked(&self.state.connections).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.state.ended.notify_all();
        // Wakes the one that accepts.
        let _ = TcpStream::connect(&self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
        let unknown = std::mem::take(&mut locked(&self.state.record).unknown);
        assert!(unknown.is_empty() || thread::panicking(), "nobody has told the stub how to answer {unknown:#?}");
    }
}

/// A panic elsewhere has failed the test already.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stub {
    /// Starts one that answers with `script`, and as a healthy account where that has nothing to say.
    pub(crate) fn start(script: impl Fn(&Ask) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Plan::default().script(script).start()
    }

    /// One that refuses `code` to every action that `refuses` picks.
    pub(crate) fn refusing(status: u16, code: &'static str, refuses: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Plan::default().refusing(status, code, refuses).start()
    }

    fn with(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            account: Account::new(plan.size),
            faults: Mutex::new(plan.faults),
            plan,
            buckets: Buckets::default(),
            record: Mutex::default(),
            changed: Condvar::new(),
            stopped: Mutex::new(false),
            stops: Condvar::new(),
            connections: Mutex::default(),
            ended: Condvar::new(),
        });
        let serving = state.clone();
        let accepting = thread::spawn(move || serving.accept(&listener));
        Self { endpoint: Endpoint::new(&format!("http://{address}")), address, state, accepting: Some(accepting) }
    }

    /// How often `action` was needed.
    pub(crate) fn asked(&self, action: &str) -> usize {
        let record = locked(&self.state.record);
        record.saw.iter().filter(|((seen, ..), _)| seen == action).map(|(_, times)| times).sum()
    }

    /// How often anything was called.
    pub(crate) fn asked_in_all(&self) -> usize {
        locked(&self.state.record).asked.values().sum()
    }

    /// Everything that was called, and how often.
    pub(crate) fn saw(&self) -> BTreeMap<Saw, usize> {
        locked(&self.state.record).saw.clone()
    }

    /// The IAM actions of everything that was called.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        locked(&self.state.record).saw.keys().map(|(action, ..)| action.clone()).collect()
    }

    /// Plans other faults from now on, as if nothing had been asked before.
    pub(crate) fn plan_faults(&self, faults: Faults) {
        *locked(&self.state.faults) = Some(faults);
        let mut record = locked(&self.state.record);
        record.same.clear();
        record.faults.clear();
    }

    /// How often each fault was met since it was planned, by its name.
    pub(crate) fn faults_met(&self) -> BTreeMap<String, usize> {
        locked(&self.state.record).faults.clone()
    }

    /// How the quotas were used, by Region and name.
    pub(crate) fn usage(&self) -> BTreeMap<(String, &'static str), Usage> {
        self.state.buckets.usage()
    }

    /// Deploys `count` functions of each Region anew, evenly spread.
    pub(crate) fn change(&self, count: usize) {
        self.state.account.change(count);
    }

    /// Waits until `action` is called.
    pub(crate) fn wait_for(&self, action: &str) {
        let record = locked(&self.state.record);
        drop(self.state.changed.wait_while(record, |record| !record.asked.contains_key(action)));
    }
}

impl State {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for (number, stream) in (0..).zip(listener.incoming()) {
            let connections = locked(&self.connections);
            let mut connections = self
                .ended
                .wait_while(connections, |open| open.len() >= CONNECTIONS && !self.stopped())
                .unwrap_or_else(PoisonError::into_inner);
            if self.stopped() {
                break;
            }
            let Ok(stream) = stream else { continue };
            let Ok(kept) = stream.try_clone() else { continue };
            connections.insert(number, kept);
            let state = self.clone();
            thread::spawn(move || {
                while_open(&state, &stream);
                let _ = stream.shutdown(Shutdown::Both);
                locked(&state.connections).remove(&number);
                state.ended.notify_one();
            });
        }
    }

    fn stopped(&self) -> bool {
        *locked(&self.stopped)
    }

    /// Waits for `time`, or for the end of the server.
    fn wait(&self, time: Duration) {
        let stopped = locked(&self.stopped);
        drop(self.stops.wait_timeout_while(stopped, time, |stopped| !*stopped));
    }

    /// Waits for the end of the server.
    fn wait_for_the_end(&self) {
        let stopped = locked(&self.stopped);
        drop(self.stops.wait_while(stopped, |stopped| !*stopped));
    }

    /// What `request` asks, written down; a request that nobody knows is written down as such.
    fn ask(&self, request: Request) -> Result<(Ask, &'static Service, Option<Fault>), Wire> {
        let service = SERVICES.iter().find(|service| service.name == request.service);
        let Some((service, asked)) = service.and_then(|service| Some((*service, (service.route)(&request)?))) else {
            return Err(self.unknown(&request));
        };
        let Some((action, others)) = asked.actions.split_first() else { return Err(self.unknown(&request)) };
        let text = request.text();
        let faults = *locked(&self.faults);
        let mut record = locked(&self.record);
        let count = record.asked.entry(action.clone()).or_default();
        let before = *count;
        *count += 1;
        for action in &asked.actions {
            *record.saw.entry((action.clone(), asked.operation.clone(), request.region.clone())).or_default() += 1;
        }
        let fault = faults.and_then(|faults| {
            let exactly = format!("{} {} {text}", request.service, request.region);
            let times = record.same.entry(exactly.clone()).or_default();
            *times += 1;
            faults.pick(&exactly, *times - 1)
        });
        drop(record);
        self.changed.notify_all();
        let refused = |action: &&String| self.plan.refuses.as_ref().is_some_and(|(.., refuses)| refuses(action));
        let ask = Ask {
            action: action.clone(),
            operation: asked.operation,
            region: request.region.clone(),
            key: request.key.clone(),
            name: asked.name,
            text,
            before,
            protocol: Protocol::of(&request, service.protocol),
            lacking: others.iter().filter(refused).cloned().collect(),
            most: self.plan.most,
            repeats_token: false,
            request,
        };
        Ok((ask, service, fault))
    }

    fn unknown(&self, request: &Request) -> Wire {
        let what = format!(
            "{}: {} {} {}",
            request.service,
            request.method,
            request.path,
            request.header("x-amz-target").or_else(|| request.parameter("Action")).unwrap_or_default()
        );
        eprintln!("nobody has told the stub how to answer {what}");
        locked(&self.record).unknown.insert(what);
        Wire::unknown(request)
    }

    /// The answer to a request.
    fn answer(&self, request: Request) -> Wire {
        let (mut ask, service, mut fault) = match self.ask(request) {
            Ok(asked) => asked,
            Err(unknown) => return unknown,
        };
        self.wait(self.plan.latency);
        if self.plan.quotas && !self.buckets.take(&ask.region, (service.quota)(&ask.operation), Instant::now()) {
            return Wire::refusal(&ask, Refusal::Throttled);
        }
        if let Some((status, code, refuses)) = &self.plan.refuses
            && refuses(&ask.action)
        {
            return Wire::of(&ask, Reply::error(*status, code));
        }
        let mut reply = (self.plan.script)(&ask);
        if let Some(Reply::Fault(scripted)) = reply {
            fault = Some(scripted);
            reply = None;
        }
        if let Some(fault) = fault {
            *locked(&self.record).faults.entry(format!("{fault:?}")).or_default() += 1;
            ask.repeats_token = fault == Fault::RepeatedToken;
        }
        let wire = match reply.or_else(|| (service.answer)(&ask, &self.account)) {
            Some(reply) => Wire::of(&ask, reply),
            None => self.unknown(&ask.request),
        };
        match fault {
            Some(fault) => wire.with(&ask, fault),
            None => wire,
        }
    }
}

/// Serves a connection, request after request.
fn while_open(state: &State, stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while !state.stopped() {
        let Some(request) = Request::read(&mut reader) else { return };
        let wire = state.answer(request);
        if wire.ending() == Ending::Hang {
            return state.wait_for_the_end();
        }
        if !wire.send(stream, || state.wait(Duration::from_millis(1))).unwrap_or(false) {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
