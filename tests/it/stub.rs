//! A server of the tests' own: a small healthy account over AWS's protocols, into which a test puts its fault.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::emulator::Endpoint;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const KEY: &str = "0b9f2b0e-6a0d-4c3e-9a55-0f5f3f1f7a11";

/// A request as a test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// `lambda:GetPolicy`
    pub(crate) action: String,
    /// The function asked for; empty for lists.
    pub(crate) name: String,
    /// Path with query, and body: where page tokens are.
    pub(crate) text: String,
    /// For which Region it is signed; `us-east-1` for global services.
    pub(crate) region: String,
    /// The id of the access key that signed it.
    pub(crate) key: String,
    /// How often this action was called before.
    pub(crate) before: usize,
}

/// What the server answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status and a JSON or XML body.
    Body(u16, String),
    /// A page of a proxy on the way.
    Html(u16),
    /// A body that ends too early.
    Truncated(String),
    /// Nothing, until the server stops.
    Hang,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Body(200, body.into())
    }

    /// An error as the service of `action` writes it.
    pub(crate) fn error(action: &str, status: u16, code: &str) -> Self {
        let body = match action.split(':').next() {
            Some("iam" | "sts") => {
                format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>")
            }
            _ => format!(r#"{{"__type":"{code}","message":"no"}}"#),
        };
        Self::Body(status, body)
    }
}

type Script = dyn Fn(&Ask) -> Option<Reply> + Send + Sync;

struct Account {
    script: Box<Script>,
    asked: Mutex<BTreeMap<String, usize>>,
    changed: Condvar,
    stopped: AtomicBool,
}

/// A running server; it stops when it is dropped.
pub(crate) struct Stub {
    pub(crate) endpoint: Endpoint,
    address: String,
    account: Arc<Account>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.account.stopped.store(true, Ordering::SeqCst);
        self.account.changed.notify_all();
        // Wakes the one that accepts.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Stub {
    /// Starts one that answers with `script`, and as a healthy account where that has nothing to say.
    pub(crate) fn start(script: impl Fn(&Ask) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let account = Arc::new(Account {
            script: Box::new(script),
            asked: Mutex::default(),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
        });
        let serving = account.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let account = serving.clone();
                thread::spawn(move || stream.map(|stream| account.serve(&stream)));
            }
        });
        Self { endpoint: Endpoint::new(&format!("http://{address}")), address, account }
    }

    /// One that refuses `code` to every action that `refuses` picks.
    pub(crate) fn refusing(status: u16, code: &'static str, refuses: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::start(move |ask| refuses(&ask.action).then(|| Reply::error(&ask.action, status, code)))
    }

    /// How often `action` was called.
    pub(crate) fn asked(&self, action: &str) -> usize {
        self.account.asked.lock().unwrap().get(action).copied().unwrap_or(0)
    }

    /// How often anything was called.
    pub(crate) fn asked_in_all(&self) -> usize {
        self.account.asked.lock().unwrap().values().sum()
    }

    /// Waits until `action` is called.
    pub(crate) fn wait_for(&self, action: &str) {
        let asked = self.account.asked.lock().unwrap();
        drop(self.account.changed.wait_while(asked, |asked| !asked.contains_key(action)).unwrap());
    }
}

impl Account {
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut ask = read(stream)?;
        {
            let mut asked = self.asked.lock().unwrap();
            let count = asked.entry(ask.action.clone()).or_default();
            ask.before = *count;
            *count += 1;
            self.changed.notify_all();
        }
        let reply = (self.script)(&ask).unwrap_or_else(|| healthy(&ask));
        let (status, kind, body, length) = match reply {
            Reply::Body(status, body) => {
                let kind = if body.starts_with('<') { "text/xml" } else { "application/json" };
                let length = body.len();
                (status, kind, body, length)
            }
            Reply::Html(status) => {
                let body = "<!doctype html><html><body>It did not work.</body></html>".to_owned();
                let length = body.len();
                (status, "text/html", body, length)
            }
            Reply::Truncated(body) => {
                let length = body.len() + 100;
                (200, "application/json", body, length)
            }
            Reply::Hang => {
                let asked = self.asked.lock().unwrap();
                drop(self.changed.wait_while(asked, |_| !self.stopped.load(Ordering::SeqCst)).unwrap());
                return None;
            }
        };
        let mut stream = stream;
        write!(stream, "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").ok()
    }
}

/// Reads one request; a connection serves one.
fn read(stream: &TcpStream) -> Option<Ask> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        head.iter().find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    };
    let mut body = vec![0; header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let path = head.first()?.split(' ').nth(1)?.to_owned();
    let (action, name) = match header("x-amz-target") {
        Some(target) if target.starts_with("Logs_") => (format!("logs:{}", target.rsplit('.').next()?), String::new()),
        Some(target) if target.starts_with("AWSOrganizations") => (format!("organizations:{}", target.rsplit('.').next()?), String::new()),
        Some(target) => (format!("kms:{}", target.rsplit('.').next()?), String::new()),
        None if body.starts_with("Action=") => {
            let sts = ["Action=GetCallerIdentity", "Action=AssumeRole"].iter().any(|action| body.starts_with(action));
            let service = if sts { "sts" } else { "iam" };
            (format!("{service}:{}", body.split(['=', '&']).nth(1)?), String::new())
        }
        None => rest(&path),
    };
    // `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`
    let mut scope = header("authorization")?.split_once("Credential=")?.1.split('/').map(str::to_owned);
    let (key, region) = (scope.next()?, scope.nth(1)?);
    Some(Ask { action, name, text: format!("{path} {body}"), region, key, before: 0 })
}

/// The action behind a path of Lambda, and the function it names.
fn rest(path: &str) -> (String, String) {
    let path = path.split('?').next().unwrap_or(path);
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    let (operation, name) = match parts[..] {
        ["functions"] => ("ListFunctions", ""),
        ["functions", name] => ("GetFunction", name),
        ["functions", name, "policy"] => ("GetPolicy", name),
        ["functions", name, "aliases"] => ("ListAliases", name),
        ["functions", name, "versions"] => ("ListVersionsByFunction", name),
        ["functions", name, "urls"] => ("ListFunctionUrlConfigs", name),
        ["functions", name, "runtime-management-config"] => ("GetRuntimeManagementConfig", name),
        ["functions", name, "recursion-config"] => ("GetFunctionRecursionConfig", name),
        ["event-source-mappings"] => ("ListEventSourceMappings", ""),
        ["layers"] => ("ListLayers", ""),
        ["layers", name, "versions", _, "policy"] => ("GetLayerVersionPolicy", name),
        ["code-signing-configs"] => ("ListCodeSigningConfigs", ""),
        ["code-signing-configs", .., "functions"] => ("ListFunctionsByCodeSigningConfig", ""),
        ["account-settings"] => ("GetAccountSettings", ""),
        _ => panic!("the stub does not know {path}"),
    };
    (format!("lambda:{operation}"), name.to_owned())
}

/// A function as `ListFunctions` writes it.
pub(crate) fn function(name: &str) -> String {
    format!(
        r#"{{"FunctionName":"{name}","FunctionArn":"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}","Role":"arn:aws:iam::{ACCOUNT}:role/worker",
        "Runtime":"python3.13","PackageType":"Zip","Handler":"main.handler","MemorySize":256,"Timeout":10,"Architectures":["arm64"],
        "LastModified":"2026-11-01T10:00:00.000+0000","State":"Active","LastUpdateStatus":"Successful",
        "LoggingConfig":{{"LogFormat":"JSON","LogGroup":"/aws/lambda/{name}"}},"TracingConfig":{{"Mode":"Active"}}}}"#
    )
}

/// A page of `GetAccountAuthorizationDetails` with one role.
pub(crate) fn details(role: &str, next: Option<&str>) -> String {
    let more = match next {
        Some(marker) => format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"),
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    format!(
        "<GetAccountAuthorizationDetailsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccountAuthorizationDetailsResult>\
         <UserDetailList/><GroupDetailList/><RoleDetailList><member><RoleName>{role}</RoleName><RoleId>AROA{role}</RoleId>\
         <Arn>arn:aws:iam::{ACCOUNT}:role/{role}</Arn><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>\
         <RolePolicyList/><AttachedManagedPolicies/><Tags/><RoleLastUsed/></member></RoleDetailList><Policies/>{more}\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    )
}

/// What a healthy account of two functions, one role, one key and one log group answers.
fn healthy(ask: &Ask) -> Reply {
    let key = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY}");
    let layer = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools");
    let signing = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:code-signing-config:csc-1");
    Reply::ok(match ask.action.as_str() {
        "sts:GetCallerIdentity" => format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{ACCOUNT}:user/tester</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
        "lambda:ListFunctions" => format!(r#"{{"Functions":[{},{}]}}"#, function("orders"), function("mail")),
        "lambda:GetFunction" => format!(r#"{{"Configuration":{},"Tags":{{"team":"shop"}}}}"#, function(&ask.name)),
        "lambda:GetPolicy" | "lambda:GetLayerVersionPolicy" => return Reply::error(&ask.action, 404, "ResourceNotFoundException"),
        "lambda:ListAliases" => r#"{"Aliases":[{"Name":"live","FunctionVersion":"1"}]}"#.to_owned(),
        "lambda:ListVersionsByFunction" => r#"{"Versions":[{"Version":"$LATEST"},{"Version":"1"}]}"#.to_owned(),
        "lambda:ListFunctionUrlConfigs" => r#"{"FunctionUrlConfigs":[]}"#.to_owned(),
        "lambda:GetRuntimeManagementConfig" => r#"{"UpdateRuntimeOn":"Auto"}"#.to_owned(),
        "lambda:GetFunctionRecursionConfig" => r#"{"RecursiveLoop":"Terminate"}"#.to_owned(),
        "lambda:ListEventSourceMappings" => r#"{"EventSourceMappings":[]}"#.to_owned(),
        "lambda:ListLayers" => format!(
            r#"{{"Layers":[{{"LayerName":"tools","LayerArn":"{layer}","LatestMatchingVersion":{{"LayerVersionArn":"{layer}:4","Version":4}}}}]}}"#
        ),
        "lambda:ListCodeSigningConfigs" => format!(
            r#"{{"CodeSigningConfigs":[{{"CodeSigningConfigId":"csc-1","CodeSigningConfigArn":"{signing}","LastModified":"2026-01-01T00:00:00Z",
            "AllowedPublishers":{{"SigningProfileVersionArns":[]}},"CodeSigningPolicies":{{"UntrustedArtifactOnDeployment":"Enforce"}}}}]}}"#
        ),
        "lambda:ListFunctionsByCodeSigningConfig" => r#"{"FunctionArns":[]}"#.to_owned(),
        "lambda:GetAccountSettings" => {
            r#"{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":900},"AccountUsage":{}}"#.to_owned()
        }
        "iam:GetAccountAuthorizationDetails" => details("worker", None),
        "kms:ListKeys" => format!(r#"{{"Keys":[{{"KeyId":"{KEY}","KeyArn":"{key}"}}],"Truncated":false}}"#),
        "kms:ListAliases" => format!(r#"{{"Aliases":[{{"AliasName":"alias/orders","TargetKeyId":"{KEY}"}}],"Truncated":false}}"#),
        "kms:DescribeKey" => format!(
            r#"{{"KeyMetadata":{{"KeyId":"{KEY}","Arn":"{key}","KeyManager":"CUSTOMER","KeyState":"Enabled","Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT"}}}}"#
        ),
        "kms:GetKeyPolicy" => r#"{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}","PolicyName":"default"}"#.to_owned(),
        "kms:GetKeyRotationStatus" => r#"{"KeyRotationEnabled":true}"#.to_owned(),
        "kms:ListGrants" => r#"{"Grants":[],"Truncated":false}"#.to_owned(),
        "logs:DescribeLogGroups" => format!(
            r#"{{"logGroups":[{{"logGroupName":"/aws/lambda/orders","arn":"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/orders:*"}}]}}"#
        ),
        other => panic!("the stub does not know {other}"),
    })
}
