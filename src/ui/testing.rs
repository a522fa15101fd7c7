//! A world to draw, and a terminal to draw it on.

mod insight;

use std::sync::{Arc, OnceLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::{Effect, Glyphs, Input, Insight, Root, Theme, View};
use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict,
        testing::{ACCOUNT, REGION, TRUSTS_LAMBDA, denied, empty, function, key, log_group, role},
    },
    model::{Arn, Fact, FunctionUrl, Gap, PolicyText, Posture, Source, SourceRun, SourceState},
    remedy::{Call, Effort, Plan, Risk},
    world::{Origin, World},
};

fn no_run(_: &Context<'_>) -> Vec<Verdict> {
    Vec::new()
}

fn one_key(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation| {
        Call::new("lambda", operation, &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("statement-id", "FunctionURLAllowPublicAccess")
    };
    Some(
        Plan::new(Effort::OneKey, Risk::Careful, "Take away the grant that lets anyone in")
            .step(call("remove-permission"))
            .undo(call("add-permission").with("principal", "*").ask("action", "action")),
    )
}

fn guided(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Move the secret to Secrets Manager")
            .step("Create the secret, then read it at start-up; rotate the old value, for it was readable"),
    )
}

fn none(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

const fn check(
    id: &'static str,
    slug: &'static str,
    title: &'static str,
    layer: Layer,
    severity: Severity,
    fix: fn(&Context<'_>, &Verdict) -> Option<Plan>,
) -> Check {
    Check {
        id,
        slug,
        title,
        layer,
        severity,
        why: "Anyone who finds the address can run the function with the permissions of its role: read what it reads, \
              write what it writes, and let the account pay for it.",
        how: "The statements of the resource policy are read with their conditions; Deny and NotPrincipal are honoured.",
        links: Links { security_hub: &["Lambda.1"], csf: &["PR.AA", "PR.PS"], csa: &["SAS-2"], attack: &["T1078.004"], ..Links::NONE },
        reads: &[Source::Lambda],
        run: no_run,
        fix,
        guide: Guide::NONE,
    }
}

static CHECKS: [Check; 10] = [
    check("FN-001", "function-public", "Only named principals can invoke the function", Layer::Function, Severity::Critical, one_key),
    check("FN-002", "function-url-open", "Function URLs ask for credentials", Layer::Function, Severity::High, one_key),
    check("FN-011", "runtime-unsupported", "The runtime is supported", Layer::Function, Severity::Medium, guided),
    check("IA-001", "role-admin", "The execution role is no administrator", Layer::Identity, Severity::Critical, guided),
    check("IA-003", "pass-role-any", "The role passes named roles only", Layer::Identity, Severity::High, none),
    check("IA-009", "role-shared", "The role belongs to one function", Layer::Identity, Severity::Low, none),
    check("DP-001", "secret-in-environment", "No secret is in the environment", Layer::Data, Severity::High, guided),
    check("DP-004", "key-not-rotated", "The key rotates every year", Layer::Data, Severity::Medium, one_key),
    check("MV-001", "logs-never-expire", "Logs expire when they should", Layer::Monitoring, Severity::Medium, one_key),
    check("IR-005", "no-version", "There is a version to return to", Layer::Response, Severity::Low, none),
];

const STATEMENT: &str = "{\n  \"Sid\": \"FunctionURLAllowPublicAccess\",\n  \"Effect\": \"Allow\",\n  \"Principal\": \"*\",\n  \"Action\": \"lambda:InvokeFunctionUrl\",\n  \"Resource\": \"arn:aws:lambda:eu-west-1:123456789012:function:webhook-in\",\n  \"Condition\": {\n    \"StringEquals\": {\n      \"lambda:FunctionUrlAuthType\": \"NONE\"\n    }\n  }\n}";

pub(crate) const NAMES: [&str; 20] = [
    "billing-export",
    "webhook-in",
    "thumbnailer",
    "auth",
    "legacy-etl",
    "orders-create",
    "orders-cancel",
    "orders-refund",
    "mailer",
    "inventory-sync",
    "search-index",
    "session-cleanup",
    "pdf-render",
    "audit-forwarder",
    "geo-lookup",
    "price-feed",
    "loyalty-points",
    "report-nightly",
    "slack-notify",
    "health-probe",
];

/// A posture with functions of these names, their roles, keys and log groups.
pub(crate) fn posture(names: &[impl AsRef<str>]) -> Posture {
    let mut posture = empty();
    let mut region = posture.regions.remove(REGION).expect("the Region");
    for name in names.iter().map(AsRef::as_ref) {
        let mut made = function(name);
        made.kms_key = Some(Arn::build("aws", "kms", REGION, ACCOUNT, "key/8f1c2d3e-0000-4000-8000-00000000a2a2"));
        if name.contains("webhook") {
            made.urls = Fact::Known(vec![FunctionUrl {
                qualifier: "$LATEST".to_owned(),
                url: "https://abc.lambda-url.eu-west-1.on.aws/".to_owned(),
                auth_none: true,
                cors: None,
            }]);
            made.aliases = Gap::denied("lambda:ListAliases", "AccessDeniedException: no").into();
        }
        region.functions.items.push(made);
        let mut held = role(&format!("{name}-role"), "{}");
        held.trust = PolicyText::from(TRUSTS_LAMBDA);
        posture.identity.roles.items.push(held);
        region.log_groups.items.push(log_group(&format!("/aws/lambda/{name}")));
    }
    region.keys.items.push(key("8f1c2d3e-0000-4000-8000-00000000a2a2"));
    region.functions.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    region.log_groups.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    posture.identity.roles.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    posture.regions.insert(REGION.to_owned(), region);
    posture.regions.insert("eu-central-1".to_owned(), empty().regions.remove(REGION).expect("the Region"));
    posture.sources = [
        (Source::Lambda, REGION, SourceState::Complete, 20),
        (Source::Lambda, "eu-central-1", SourceState::Complete, 0),
        (Source::Iam, SourceRun::GLOBAL, SourceState::Partial, 88),
        (Source::Kms, REGION, SourceState::Complete, 31),
        (Source::Logs, REGION, SourceState::Denied, 0),
        (Source::Sts, SourceRun::GLOBAL, SourceState::Complete, 1),
    ]
    .map(|(source, region, state, items)| {
        let mut run = SourceRun::queued(source, region);
        (run.state, run.items, run.calls, run.seconds) = (state, items, items * 3 + 2, 1.25);
        if state == SourceState::Denied {
            run.gaps = vec![
                Gap::denied("logs:DescribeLogGroups", "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/auditor/me is not authorized to perform: logs:DescribeLogGroups"),
                Gap::denied("logs:ListTagsForResource", "AccessDeniedException"),
            ];
        }
        if state == SourceState::Partial {
            run.throttled = 3;
            run.gaps = vec![Gap::failed("iam:GetRole", "ServiceUnavailable after 6 attempts")];
        }
        run
    })
    .into();
    posture
}

/// Verdicts of every check on every function, its role, key and log group: some of each kind.
pub(crate) fn verdicts(posture: &Posture) -> Vec<Verdict> {
    let region: Arc<str> = Arc::from(REGION);
    let mut verdicts = Vec::new();
    for (index, (_, function)) in posture.functions().enumerate() {
        for (nth, check) in CHECKS.iter().enumerate() {
            let resource = match check.layer {
                Layer::Identity => function.role.clone(),
                Layer::Monitoring => Arn::build("aws", "logs", REGION, ACCOUNT, &format!("log-group:/aws/lambda/{}", function.name)),
                _ => function.arn.clone(),
            };
            let name = function.arn.name();
            let ruling = match check.layer {
                Layer::Response => Ruling::NotApplicable,
                Layer::Monitoring => Gap::denied("logs:DescribeLogGroups", "AccessDeniedException").into(),
                _ if (index * 7 + nth * 5) % 11 == 0 => {
                    let evidence = vec![
                        Evidence { source: "lambda:GetPolicy", pointer: "/Statement/1".to_owned(), value: STATEMENT.to_owned(), line: 12 },
                        Evidence::field("lambda:GetFunctionUrlConfig", "AuthType", "NONE"),
                    ];
                    Fault::new(format!("{name} can be invoked by anyone on the internet"), evidence).into()
                }
                _ if (index + nth) % 13 == 0 => Gap::unread("lambda:GetFunction").into(),
                _ => Ruling::Pass,
            };
            verdicts.push(Verdict { check, resource, region: region.clone(), ruling });
        }
    }
    verdicts
}

/// An account of a company.
pub(crate) fn world() -> World {
    world_of(&NAMES)
}

/// An account with functions of these names.
pub(crate) fn world_of(names: &[impl AsRef<str>]) -> World {
    let posture = posture(names);
    let verdicts = verdicts(&posture);
    World::of(Origin::Demo, posture, verdicts)
}

/// An account of which nothing could be read.
pub(crate) fn denied_world() -> World {
    let mut posture = denied();
    posture.account = "210987654321".to_owned();
    let root = posture.root();
    let verdicts = CHECKS
        .iter()
        .map(|check| Verdict {
            check,
            resource: root.clone(),
            region: Arc::from(""),
            ruling: Gap::denied("lambda:ListFunctions", "AccessDeniedException").into(),
        })
        .collect();
    World::of(Origin::Snapshot("x".to_owned()), posture, verdicts)
}

/// What there is to see of some worlds.
pub(crate) fn view(fleet: &[World]) -> View<'_> {
    static INSIGHT: OnceLock<Insight> = OnceLock::new();
    View { fleet, generation: 1, read_only: true, insight: Some(INSIGHT.get_or_init(insight::made)), ..View::default() }
}

/// A terminal that remembers.
pub(crate) struct Screen {
    pub(crate) root: Root,
    terminal: Terminal<TestBackend>,
}

impl Screen {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self {
            root: Root::new(Theme::default(), Glyphs::Unicode),
            terminal: Terminal::new(TestBackend::new(width, height)).expect("a terminal"),
        }
    }

    pub(crate) fn with(glyphs: Glyphs, width: u16, height: u16) -> Self {
        Self { root: Root::new(Theme::default(), glyphs), ..Self::new(width, height) }
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
    }

    /// Draws, and gives the rows.
    pub(crate) fn draw(&mut self, view: &View<'_>) -> Vec<String> {
        self.terminal.draw(|frame| self.root.draw(frame, view)).expect("a frame");
        rows(self.terminal.backend().buffer())
    }

    /// Draws, and gives the text.
    pub(crate) fn text(&mut self, view: &View<'_>) -> String {
        self.draw(view).join("\n")
    }

    /// Presses keys: letters as they are, names in angle brackets.
    pub(crate) fn press(&mut self, keys: &str, view: &View<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.draw(view);
        for event in events(keys) {
            effects.extend(self.root.handle(Input::Key(event), view));
            self.draw(view);
        }
        effects
    }
}

fn rows(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width.max(1));
    buffer
        .content
        .chunks(width)
        .map(|row| {
            let mut skip = 0;
            let mut line = String::new();
            for cell in row {
                if skip == 0 {
                    line.push_str(cell.symbol());
                    skip = super::width::width(cell.symbol()).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// `j<tab><enter>` as key events.
pub(crate) fn events(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(letter) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|named| named.split_once('>'));
        let (code, modifiers) = match named {
            Some((name, after)) => {
                rest = after;
                match name {
                    "enter" => (KeyCode::Enter, KeyModifiers::NONE),
                    "esc" => (KeyCode::Esc, KeyModifiers::NONE),
                    "tab" => (KeyCode::Tab, KeyModifiers::NONE),
                    "down" => (KeyCode::Down, KeyModifiers::NONE),
                    "backspace" => (KeyCode::Backspace, KeyModifiers::NONE),
                    control => (KeyCode::Char(control.chars().last().expect("a key")), KeyModifiers::CONTROL),
                }
            }
            None => {
                rest = &rest[letter.len_utf8()..];
                (KeyCode::Char(letter), KeyModifiers::NONE)
            }
        };
        events.push(KeyEvent::new(code, modifiers));
    }
    events
}
