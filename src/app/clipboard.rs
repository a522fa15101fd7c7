//! The clipboard of the machine, where the terminal's own may not do: a command that takes the text
//! on its standard input. It may hang, so it has a deadline and a thread of its own.

use std::{
    io::{self, Write},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is asked whether it has ended.
const GLANCE: Duration = Duration::from_millis(5);

/// A command and its arguments.
type Tool = (&'static str, &'static [&'static str]);

/// The commands to try, in this order. Over SSH there are none: the clipboard there is not the user's.
pub(super) fn tools(variable: impl Fn(&str) -> Option<String>) -> Vec<Tool> {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(set) {
        return Vec::new();
    }
    let mut tools: Vec<Tool> = Vec::new();
    if cfg!(target_os = "macos") {
        tools.push(("pbcopy", &[]));
    }
    if set("WAYLAND_DISPLAY") {
        tools.push(("wl-copy", &[]));
    }
    if set("DISPLAY") {
        tools.extend([("xclip", &["-selection", "clipboard"] as &[_]), ("xsel", &["--input", "--clipboard"])]);
    }
    if cfg!(windows) || set("WSL_DISTRO_NAME") {
        tools.push(("clip.exe", &[]));
    }
    tools
}

/// Copies with the first of `tools` that takes the text, and says which.
pub(super) fn copy(text: &str, tools: &[Tool]) -> Option<&'static str> {
    tools.iter().find(|(name, arguments)| run(name, arguments, text).is_ok()).map(|(name, _)| *name)
}

fn run(name: &str, arguments: &[&str], text: &str) -> io::Result<()> {
    let mut child = Command::new(name).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let deadline = Instant::now() + PATIENCE;
    if let Some(mut pipe) = child.stdin.take() {
        let text = text.to_owned();
        // A command that does not read would hold up whoever writes; killing it frees this thread.
        thread::Builder::new().name("copy".to_owned()).spawn(move || pipe.write_all(text.as_bytes()))?;
    }
    match wait(&mut child, deadline)? {
        true => Ok(()),
        false => Err(io::Error::other("it failed")),
    }
}

/// Whether `child` succeeds before the deadline; it does not outlive it.
fn wait(child: &mut Child, deadline: Instant) -> io::Result<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(GLANCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(variables: &[&str]) -> Vec<&'static str> {
        tools(|name| variables.contains(&name).then(|| "1".to_owned())).into_iter().map(|(name, _)| name).collect()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_session_decides_which_commands_are_tried() {
        assert_eq!(names(&["WAYLAND_DISPLAY", "DISPLAY"]), ["wl-copy", "xclip", "xsel"]);
        assert_eq!(names(&["DISPLAY"]), ["xclip", "xsel"]);
        assert!(names(&[]).is_empty());
        assert!(names(&["DISPLAY", "SSH_CONNECTION"]).is_empty(), "the clipboard of the other machine is not the user's");
    }

    #[cfg(unix)]
    #[test]
    fn the_first_command_that_takes_the_text_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copied");
        let script = format!("cat > '{}'", file.display());
        let arguments = ["-c", script.leak()].to_vec().leak();
        let tools: [Tool; 3] = [("there-is-no-such-command", &[]), ("false", &[]), ("sh", arguments)];
        assert_eq!(copy("arn:aws:…", &tools), Some("sh"));
        assert_eq!(std::fs::read_to_string(file).unwrap(), "arn:aws:…");
        assert_eq!(copy("x", &tools[..2]), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_hangs_is_killed() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let error = wait(&mut child, Instant::now()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(child.try_wait().unwrap().is_some());
    }
}
