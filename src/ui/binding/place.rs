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
    pub const ALL: [Self; 16] = [
        Self::Overview,
        Self::Findings,
        Self::Finding,
        Self::Fix,
        Self::Functions,
        Self::Function,
        Self::Role,
        Self::Paths,
        Self::Data,
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
