//! Where keys mean something, and what belongs together in the help.

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The overview.
    Overview,
    /// A list of findings.
    Findings,
    /// One finding.
    Finding,
    /// A fix.
    Fix,
    /// The list of functions.
    Functions,
    /// One function.
    Function,
    /// One role.
    Role,
    /// The attack paths.
    Paths,
    /// What holds data.
    Data,
    /// The frameworks.
    Frameworks,
    /// The requirements of one framework.
    Requirements,
    /// The checks.
    Checks,
    /// One check, explained.
    Check,
    /// What starts functions, or what can be called.
    WaysIn,
    /// The collectors.
    Collectors,
    /// The accounts.
    Accounts,
    /// The help.
    Help,
    /// The command palette.
    Palette,
    /// The form of a waiver.
    Waive,
    /// A line that is being typed.
    Line,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 20] = [
        Self::Overview,
        Self::Findings,
        Self::Finding,
        Self::Fix,
        Self::Functions,
        Self::Function,
        Self::Role,
        Self::Paths,
        Self::Data,
        Self::Frameworks,
        Self::Requirements,
        Self::Checks,
        Self::Check,
        Self::WaysIn,
        Self::Collectors,
        Self::Accounts,
        Self::Help,
        Self::Palette,
        Self::Waive,
        Self::Line,
    ];

    /// Its name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Findings => "Findings",
            Self::Finding => "Finding",
            Self::Fix => "Fix",
            Self::Functions => "Functions",
            Self::Function => "Function",
            Self::Role => "Role",
            Self::Paths => "Attack paths",
            Self::Data => "Data",
            Self::Frameworks => "Frameworks",
            Self::Requirements => "Requirements",
            Self::Checks => "Checks",
            Self::Check => "Check",
            Self::WaysIn => "Ways in",
            Self::Collectors => "Collectors",
            Self::Accounts => "Accounts",
            Self::Help => "Help",
            Self::Palette => "Command palette",
            Self::Waive => "Waiver",
            Self::Line => "Filter line",
        }
    }
}

use Place as P;

/// Where something is shown that scrolls or has a cursor.
pub(super) const VIEWS: &[Place] = &[
    P::Overview,
    P::Findings,
    P::Finding,
    P::Functions,
    P::Function,
    P::Role,
    P::Paths,
    P::Collectors,
    P::Accounts,
    P::Fix,
    P::Help,
    P::Data,
    P::WaysIn,
    P::Frameworks,
    P::Requirements,
    P::Checks,
    P::Check,
];
/// The pages whose account can be read again.
pub(super) const PAGES_BUT_COLLECTORS: &[Place] = &[
    P::Overview,
    P::Findings,
    P::Finding,
    P::Functions,
    P::Function,
    P::Role,
    P::Paths,
    P::Accounts,
    P::Data,
    P::WaysIn,
    P::Frameworks,
    P::Requirements,
    P::Checks,
    P::Check,
];
/// Where one can go from to anywhere.
pub(super) const PAGES: &[Place] = &[
    P::Overview,
    P::Findings,
    P::Finding,
    P::Functions,
    P::Function,
    P::Role,
    P::Paths,
    P::Collectors,
    P::Accounts,
    P::Data,
    P::WaysIn,
    P::Frameworks,
    P::Requirements,
    P::Checks,
    P::Check,
];
/// What has panes or tabs.
pub(super) const PANES: &[Place] = &[
    P::Overview,
    P::Findings,
    P::Finding,
    P::Functions,
    P::Function,
    P::Role,
    P::Paths,
    P::Collectors,
    P::Data,
    P::WaysIn,
    P::Requirements,
    P::Checks,
    P::Check,
];
/// Where a finding is under the cursor.
pub(super) const ABOUT_A_FINDING: &[Place] = &[P::Overview, P::Findings, P::Finding, P::Function, P::Paths, P::Requirements];
/// Where a resource is under the cursor.
pub(super) const ABOUT_A_RESOURCE: &[Place] =
    &[P::Overview, P::Findings, P::Finding, P::Functions, P::Function, P::Role, P::Data, P::WaysIn];
/// Where there is something to copy.
pub(super) const COPIED: &[Place] = &[
    P::Overview,
    P::Findings,
    P::Finding,
    P::Fix,
    P::Function,
    P::Functions,
    P::Role,
    P::Paths,
    P::Collectors,
    P::Accounts,
    P::Data,
    P::WaysIn,
    P::Frameworks,
    P::Requirements,
    P::Checks,
    P::Check,
];
/// Where letters are text.
pub(super) const TYPING: &[Place] = &[P::Palette, P::Waive, P::Line];

/// What belongs together in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Acting on what is under the cursor.
    Act,
    /// Moving the cursor.
    Move,
    /// Moving between views.
    Navigate,
    /// Going somewhere by name.
    GoTo,
    /// What the account says.
    Data,
    /// Everywhere.
    Global,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 6] = [Self::Act, Self::Move, Self::Navigate, Self::GoTo, Self::Data, Self::Global];

    /// Its name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Act => "Act",
            Self::Move => "Move",
            Self::Navigate => "Navigate",
            Self::GoTo => "Go to",
            Self::Data => "Data",
            Self::Global => "Everywhere",
        }
    }
}
