//! Signals, from the system to the loop; and stopping, as Ctrl-Z asks.

use std::io;

use super::event::{Event, Events};

/// Posts every signal that concerns a dashboard.
#[cfg(unix)]
pub(super) fn listen(events: &Events) -> io::Result<()> {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};

    for ending in [Signal::TERM, Signal::HUP, Signal::INT] {
        let number = ending.as_raw();
        let mut stream = signal(SignalKind::from_raw(number))?;
        let events = events.clone();
        tokio::spawn(async move { while stream.recv().await.is_some() && events.send(Event::Ended(number)).await.is_ok() {} });
    }
    for (moving, event) in [(Signal::TSTP, (|| Event::Stop) as fn() -> Event), (Signal::CONT, || Event::Continued)] {
        let mut stream = signal(SignalKind::from_raw(moving.as_raw()))?;
        let events = events.clone();
        tokio::spawn(async move { while stream.recv().await.is_some() && events.send(event()).await.is_ok() {} });
    }
    Ok(())
}

/// Posts every signal that concerns a dashboard.
#[cfg(not(unix))]
pub(super) fn listen(events: &Events) -> io::Result<()> {
    let events = events.clone();
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && events.send(Event::Ended(2)).await.is_ok() {} });
    Ok(())
}

/// Whether somebody could bring a stopped dashboard back: a job has a process group of its own,
/// and one that leads its session, or shares its leader's group, has no shell that waits for it.
#[cfg(unix)]
pub(super) fn can_stop() -> bool {
    use rustix::process::{getpgrp, getsid};

    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the job, as the terminal does for Ctrl-Z: whoever waits for this process is stopped with it,
/// or the shell would not notice. Ends when SIGCONT comes.
#[cfg(unix)]
pub(super) fn stop_job() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};

    Ok(kill_current_process_group(Signal::STOP)?)
}

/// Stops this process alone. Ends when SIGCONT comes.
#[cfg(unix)]
pub(super) fn stop_self() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};

    Ok(kill_process(getpid(), Signal::STOP)?)
}

/// There is no stopping here.
#[cfg(not(unix))]
pub(super) fn can_stop() -> bool {
    false
}

/// There is no stopping here.
#[cfg(not(unix))]
pub(super) fn stop_job() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no stopping here.
#[cfg(not(unix))]
pub(super) fn stop_self() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
