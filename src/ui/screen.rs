//! What a screen is: a thing with a title, that takes actions and draws itself.

use crossterm::event::{Event, KeyEvent};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
};
use tui_input::{Input, backend::crossterm::EventHandler};

use super::{
    Effect, Toast, View,
    binding::{Action, Place},
    cache::Cache,
    theme::{Glyphs, Role, Theme},
};
use crate::{
    model::{Arn, text},
    paths::Question,
    world::World,
};

/// What a screen is given to act and to draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cx<'a> {
    /// What there is to see.
    pub(crate) view: &'a View<'a>,
    /// How it looks.
    pub(crate) theme: &'a Theme,
    /// In which signs.
    pub(crate) glyphs: Glyphs,
    /// What was worked out for this world already.
    pub(crate) cache: &'a Cache,
    /// Whether there is no room for frames.
    pub(crate) bare: bool,
    /// Whether another screen lies over this one.
    pub(crate) covered: bool,
}

impl<'a> Cx<'a> {
    /// The account that is shown, if there is one yet.
    pub(crate) fn world(&self) -> Option<&'a World> {
        self.view.world()
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// What came of an action.
pub(crate) enum Reply {
    /// The screen does not know it.
    Nothing,
    /// Done.
    Handled,
    /// Show another screen.
    Open(Box<dyn Screen>),
    /// Close this screen.
    Back,
    /// Close this screen and do that.
    Run(Action),
    /// Close this screen and show another one.
    Become(Box<dyn Screen>),
    /// Something for the application to do.
    Effect(Effect),
    /// Close this screen, and something for the application to do.
    Finish(Effect),
    /// A word to the user.
    Say(Toast),
}

/// Something typed.
pub(crate) enum Edit {
    /// A key.
    Key(KeyEvent),
    /// A pasted text.
    Paste(String),
}

impl Edit {
    /// Types it into `input`; what is pasted is cleaned and goes to the end.
    pub(crate) fn apply(self, input: &mut Input) {
        match self {
            Self::Key(key) => {
                input.handle_event(&Event::Key(key));
            }
            Self::Paste(pasted) => *input = Input::new(format!("{}{}", input.value(), text::clean(pasted.trim()))),
        }
    }
}

/// A screen.
pub(crate) trait Screen {
    /// Where the user is: decides which keys hold.
    fn place(&self) -> Place;

    /// Brings what it keeps up to date with the world: before it is asked for anything, and before it is drawn.
    /// Keys may come faster than frames.
    fn catch_up(&mut self, cx: &Cx<'_>) {
        let _ = cx;
    }

    /// Its name in the crumbs.
    fn title(&self, view: &View<'_>) -> String;

    /// What stands at the right of the crumbs.
    fn heading(&self, cx: &Cx<'_>) -> String {
        let _ = cx;
        String::new()
    }

    /// What it needs to know of the whole account, which takes time to find out: it is asked for while this screen is in front.
    fn asks(&self, cx: &Cx<'_>) -> Option<Question> {
        let _ = cx;
        None
    }

    /// The resource under the cursor: attack paths are looked for that touch it.
    fn about(&self, cx: &Cx<'_>) -> Option<Arn> {
        let _ = cx;
        None
    }

    /// Why an action is of no use here and now.
    fn refuses(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let _ = (action, cx);
        None
    }

    /// Takes an action.
    fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Reply;

    /// Whether letters are text here.
    fn typing(&self) -> bool {
        false
    }

    /// Takes what was typed.
    fn edit(&mut self, edit: Edit, cx: &Cx<'_>) -> Reply {
        let _ = (edit, cx);
        Reply::Nothing
    }

    /// Takes a click.
    fn click(&mut self, at: Position, cx: &Cx<'_>) -> Reply {
        let _ = (at, cx);
        Reply::Nothing
    }

    /// Whether it lies over the screen below.
    fn overlay(&self) -> bool {
        false
    }

    /// Draws itself into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>);
}
