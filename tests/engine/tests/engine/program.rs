//! Our console program as a process: its lines, its orders, its end. Every line it prints is held against
//! `docs/cli.schema.json`.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::schema;

/// How long anything may take that is going to happen at all.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Our program, beside this test's own folder.
pub fn path() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.ancestors().nth(2).expect("target/debug/deps");
    let program = folder.join(format!("chargehand-cli{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: run cargo xtask test", program.display());
    program
}

/// A program that is killed when it is dropped.
pub struct Running(pub Child);

impl Running {
    /// Kills it at once (SIGKILL) and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Lines of an output, read on a thread of their own.
pub fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// `chargehand-cli` at work.
pub struct Program {
    /// The process.
    pub process: Running,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    /// Which lines it may print, by the names of the schema.
    speaks: &'static str,
    waiting: VecDeque<Value>,
    seen: Vec<Value>,
    told: Vec<String>,
    orders: u64,
}

impl Program {
    /// Starts it. `speaks` names the schema of its lines.
    pub fn start(mut command: Command, speaks: &'static str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = lines(child.stdout.take().expect("piped"));
        let stderr = lines(child.stderr.take().expect("piped"));
        Self {
            stdin: child.stdin.take(),
            process: Running(child),
            stdout,
            stderr,
            speaks,
            waiting: VecDeque::new(),
            seen: Vec::new(),
            told: Vec::new(),
            orders: 0,
        }
    }

    /// `endpoint` on loopback and any free port, listening.
    pub fn endpoint(data: &Path, options: &[&str]) -> Endpoint {
        let mut command = Command::new(path());
        command.args(["endpoint", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(options);
        Endpoint::listening(Self::start(command, "endpoint_line"))
    }

    /// A subcommand with its options.
    pub fn run(subcommand: &str, data: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(path());
        command.arg(subcommand).arg("--data").arg(data).args(options);
        let speaks = match subcommand {
            "endpoint" => "endpoint_line",
            "commission" => "commission_line",
            _ => "stored_frame",
        };
        Self::start(command, speaks)
    }

    /// A simulated charger.
    pub fn simulate(url: &str, id: &str, options: &[&str]) -> Self {
        let mut command = Command::new(path());
        command.args(["simulate", "--url", url, "--id", id]).args(options);
        Self::start(command, "simulate_line")
    }

    /// The next line, whatever it is; `None` at the end of the output.
    pub fn next(&mut self) -> Option<Value> {
        let text = match self.stdout.recv_timeout(PATIENCE) {
            Ok(text) => text,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => self.gave_up("nothing was printed"),
        };
        let line: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text:?} is no JSON: {error}"));
        schema::check(self.speaks, &line);
        self.seen.push(line.clone());
        Some(line)
    }

    /// The first line that fits and was not taken yet; those before it stay to be taken.
    pub fn take(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.waiting.iter().position(&fits) {
            return self.waiting.remove(index).expect("it was found");
        }
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            match self.next() {
                Some(line) if fits(&line) => return line,
                Some(line) => self.waiting.push_back(line),
                None => break,
            }
        }
        self.gave_up(what)
    }

    /// The first line of this event.
    pub fn event(&mut self, event: &str) -> Value {
        self.take(event, |line| line["event"] == event)
    }

    fn gave_up(&mut self, what: &str) -> ! {
        self.told.extend(self.stderr.try_iter());
        let last = self.seen.iter().rev().take(20).map(Value::to_string).collect::<Vec<_>>().join("\n  ");
        panic!("{what}: did not come. The last lines, newest first:\n  {last}\nstderr: {}", self.told.join("\n"));
    }

    /// A line of standard error that holds these words.
    pub fn complains(&mut self, words: &str) -> String {
        if let Some(index) = self.told.iter().position(|line| line.contains(words)) {
            return self.told.remove(index);
        }
        while let Ok(line) = self.stderr.recv_timeout(PATIENCE) {
            if line.contains(words) {
                return line;
            }
            self.told.push(line);
        }
        self.gave_up(words)
    }

    /// Whether it has said these words on standard error by now.
    pub fn complained(&mut self, words: &str) -> bool {
        self.told.extend(self.stderr.try_iter());
        let found = self.told.iter().position(|line| line.contains(words));
        found.map(|index| self.told.remove(index)).is_some()
    }

    /// Writes a line to its standard input, as it is.
    pub fn write(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("open");
        stdin.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdin.flush()).expect("it reads");
    }

    /// Sends an order without waiting for its answer; its id.
    pub fn ask(&mut self, mut order: Value) -> u64 {
        schema::check("order", &order);
        self.orders += 1;
        order["id"] = json!(self.orders);
        self.write(&order.to_string());
        self.orders
    }

    /// The answer to an order: its result, or its error.
    pub fn answer(&mut self, id: u64) -> Result<Value, Value> {
        let line = self.take("an answer", |line| line["id"] == json!(id) && line.get("event").is_none());
        line.get("result").cloned().ok_or_else(|| line["error"].clone())
    }

    /// Sends an order and waits for its answer.
    pub fn order(&mut self, order: Value) -> Result<Value, Value> {
        let id = self.ask(order);
        self.answer(id)
    }

    /// Waits for its end.
    pub fn ended(mut self) -> Ended {
        // Its output ends when it does.
        while self.next().is_some() {}
        self.told.extend(self.stderr.iter());
        let code = self.process.0.wait().expect("it can be waited for").code().unwrap_or(-1);
        Ended { code, lines: self.seen, stderr: self.told.join("\n") }
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// All it printed.
    pub lines: Vec<Value>,
    /// All it said on standard error.
    pub stderr: String,
}

/// `endpoint`, listening.
pub struct Endpoint {
    /// The program.
    pub program: Program,
    /// Its URL.
    pub url: String,
    /// Its port.
    pub port: u16,
    /// The line that told them.
    pub listening: Value,
}

impl Endpoint {
    /// Once it listens.
    pub fn listening(mut program: Program) -> Self {
        let listening = program.event("listening");
        let url = listening["url"].as_str().expect("a url").to_owned();
        let port = url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        Self { program, port: port.unwrap_or_else(|| panic!("{url} has a port")), url, listening }
    }

    /// Tells it to stop and waits for its end.
    pub fn stop(mut self) -> Ended {
        assert_eq!(self.program.order(json!({"do": "stop"})), Ok(json!({})));
        self.program.ended()
    }
}

impl std::ops::Deref for Endpoint {
    type Target = Program;
    fn deref(&self) -> &Program {
        &self.program
    }
}

impl std::ops::DerefMut for Endpoint {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

/// A folder that is gone when it is dropped.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The stored frames of a folder, read by `frames`.
pub fn stored(data: &Path) -> Vec<Value> {
    let ended = Program::run("frames", data, &[]).ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    ended.lines
}
