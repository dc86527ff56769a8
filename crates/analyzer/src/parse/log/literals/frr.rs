//! Container `frr` of a gateway: frr-agent, watchfrr and the daemons (gateway reference 7.2).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::Frr];

const BY_RELOAD: &[End] = &[End { by: &APPLIED, join: Join::Any }];

const BY_DAEMON_UP: &[End] =
    &[End { by: &DAEMON_UP, join: Join::Same(&[("daemon", "daemon")]) }, End { by: &ALL_UP, join: Join::Any }];

const BY_ANY_UP: &[End] = &[End { by: &DAEMON_UP, join: Join::Any }, End { by: &ALL_UP, join: Join::Any }];

literals! {
    STREAMS;
    /// frr-agent starts.
    AGENT_STARTED = ("frr-agent-started", Info, "Starting FRR-agent", "frr-agent listening at '{socket}' started");
    /// The socket directory on the node is not writable.
    AGENT_SOCKET_FAILED = ("frr-agent-socket-failed", Critical, "FATAL: Failed to open unix socket: {error}. Exiting")
        .ended_by(&[End { by: &AGENT_STARTED, join: Join::Any }]);
    /// A configuration arrived: field `generation`.
    REQUESTED = ("frr-requested", Info, "Got config request from {socket} for generation {#generation}");
    /// The new configuration passed the test.
    TESTED = ("frr-tested", Info, "Successfully TESTED new configuration");
    /// The new configuration is loaded.
    APPLIED = ("frr-applied", Info, "Successfully APPLIED new configuration", "Successfully reloaded new configuration");
    /// frr-reload failed; the reason is on the `stderr:` and `stdout:` lines below.
    RELOAD_FAILED = ("frr-reload-failed", Error, ">>>> FRR Reload failed! <<<<")
        .ended_by(BY_RELOAD);
    /// What frr-reload wrote: field `output`.
    RELOAD_OUTPUT = ("frr-reload-output", Error, "stderr: {output}", "stdout: {output}")
        .at_start().ended_by(BY_RELOAD);
    /// The reloader is missing.
    SPAWN_FAILED = ("frr-spawn-failed", Critical, "Cmd spawn failed: {error}", "Cmd wait failed: {error}")
        .ended_by(BY_RELOAD);
    /// The dataplane closed the connection.
    CONNECTION_CLOSED = ("frr-connection-closed", Info, "An error occurred. Shutting down connection");
    /// The dataplane gave up waiting (5 s): the reload takes too long.
    RESPONSE_FAILED = ("frr-response-failed", Warning, "Error sending response: {error}. Shutting down connection")
        .ended_by(BY_RELOAD);
    /// watchfrr begins to watch: one per process.
    WATCHING = ("frr-watching", Info, "watching [{daemons}]");
    /// Part of every healthy start.
    DAEMON_STARTING = ("frr-daemon-starting", Info, "{daemon} state -> down : initial connection attempt failed");
    /// A daemon crashed or lost its connection: fields `daemon`, `reason`.
    DAEMON_DOWN = ("frr-daemon-down", Critical, "{daemon} state -> down : {reason}", "{daemon} state -> unresponsive : {reason}")
        .none_of(&["initial connection attempt failed"])
        .ended_by(BY_DAEMON_UP);
    /// A daemon answers: field `daemon`.
    DAEMON_UP = ("frr-daemon-up", Info, "{daemon} state -> up : ");
    /// All daemons answer: comes once per watchfrr process.
    ALL_UP = ("frr-all-up", Info, "all daemons up, doing startup-complete notify", "all daemons up");
    /// watchfrr gives up.
    START_FAILED = ("frr-start-failed", Critical, "startup did not complete within timeout", "all configured daemons failed to start -- exiting watchfrr")
        .ended_by(&[End { by: &ALL_UP, join: Join::Any }]);
    /// watchfrr restarts daemons after the start was complete: field `command`.
    FORKED = ("frr-forked", Critical, "Forked background command [pid {#pid}]: {command}", "Forked background command {command}")
        .any_of(&["restart"])
        .ended_by(BY_ANY_UP);
    /// The same inside a start: healthy. Never searched for, found as [`FORKED`].
    FORKED_AT_START = ("frr-forked-at-start", Info, "Forked background command [pid {#pid}]: {command} (start)", "Forked background command {command} (start)");
    /// A daemon dumped core or printed a backtrace: field `daemon` as its log name (`BGP`, `ZEBRA`).
    CRASHED = ("frr-crashed", Critical, "{daemon}: [{}core dumped", "{daemon}: [{}Received signal", "{daemon}: [{}Backtrace", "core dumped", "Received signal", "Backtrace for")
        .none_of(&["Received signal 15", "Received signal 2 "])
        .ended_by(BY_ANY_UP);
}
