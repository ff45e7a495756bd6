//! A process in a network namespace of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process in a network namespace of its own, killed when this is dropped; the namespace ends with it.
pub struct Namespace {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Namespace {
    /// Makes the namespace. The script begins when it is told to go, with `$address` as told and these arguments.
    pub fn start(script: &str, arguments: &[String]) -> Option<Namespace> {
        let script = format!("echo made; read address && {script}");
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "sh", "-c", &script, "sh"]).args(arguments);
        let spawned = unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut process = spawned.ok()?;
        let (stdin, stdout) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut namespace = Namespace { process, stdin, stdout };
        (namespace.line().as_deref() == Some("made")).then_some(namespace)
    }

    /// Lets the script begin.
    pub fn go(&mut self, address: &str) {
        writeln!(self.stdin, "{address}").expect("it waits for this");
    }

    /// The next line that it says; nothing at its end.
    pub fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stdout.read_line(&mut line).ok()?;
        (length > 0).then(|| line.trim_end().to_owned())
    }

    /// The process: `ip` finds the namespace by it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// A program in this namespace.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--net", "--target", &self.id().to_string(), "--"]).arg(program);
        command
    }

    /// Orders to `ip` in this namespace, one a line.
    pub fn ip(&self, orders: &str) {
        let mut command = self.command("ip");
        let mut ip = command.args(["-batch", "-"]).stdin(Stdio::piped()).spawn().expect("ip runs");
        ip.stdin.take().expect("piped").write_all(orders.as_bytes()).expect("ip reads");
        assert!(ip.wait().expect("ip ends").success(), "{orders}");
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
