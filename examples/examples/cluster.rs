//! The embedded cluster as a program: a Kubernetes API server that starts at once.
//!
//! ```console
//! $ cargo run --example cluster                          # serves until Ctrl-C; prints the kubeconfig's path
//! $ cargo run --example cluster -- kubectl get ns        # runs a command in it, with KUBECONFIG set
//! ```

use std::{
    env, fs,
    io::ErrorKind,
    path::PathBuf,
    process::{self, ExitCode, ExitStatus},
};

use clap::Parser;
use kooper::testing::Cluster;
use tokio::process::{Child, Command};

/// Serves Kooper's embedded Kubernetes cluster until Ctrl-C, or runs a command in it.
#[derive(Parser)]
struct Args {
    /// The port on 127.0.0.1; 0 is a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where the kubeconfig goes; a temporary file, removed at the end, unless set.
    #[arg(long, value_name = "PATH")]
    kubeconfig: Option<PathBuf>,
    /// Print nothing but the kubeconfig's path.
    #[arg(short, long)]
    quiet: bool,
    /// A command and its arguments, run with KUBECONFIG set. The cluster ends with it, and so does this program, with the
    /// command's exit status.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// A kubeconfig that is removed at the end, where it is a temporary one.
struct Kubeconfig {
    path: PathBuf,
    temporary: bool,
}

impl Drop for Kubeconfig {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing is lost when it stays.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<ExitCode, String> {
    let cluster = Cluster::new();
    let server = cluster.serve(args.port).await.map_err(|error| format!("port {}: {error}", args.port))?;
    let temporary = args.kubeconfig.is_none();
    let path = args
        .kubeconfig
        .unwrap_or_else(|| env::temp_dir().join(format!("kooper-cluster-{}.kubeconfig", process::id())));
    let path = std::path::absolute(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    server.write_kubeconfig(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let kubeconfig = Kubeconfig { path, temporary };

    let Some((program, words)) = args.command.split_first() else {
        if !args.quiet {
            eprintln!("serving {} until Ctrl-C; in another terminal:", server.url());
            eprintln!("  export KUBECONFIG={}", kubeconfig.path.display());
        }
        println!("{}", kubeconfig.path.display());
        return asked_to_stop().await.map(|_| ExitCode::SUCCESS).map_err(|error| format!("signals: {error}"));
    };
    let started = Command::new(program).args(words).env("KUBECONFIG", &kubeconfig.path).spawn();
    match started {
        Ok(child) => finished(child).await.map(exit_code).map_err(|error| format!("{program}: {error}")),
        // As a shell tells of what it cannot run.
        Err(error) => {
            eprintln!("cluster: {program}: {error}");
            Ok(ExitCode::from(if error.kind() == ErrorKind::NotFound { 127 } else { 126 }))
        }
    }
}

/// The end of the command. Ctrl-C reaches it without this program, which goes on as long as it does; SIGTERM is passed on.
async fn finished(mut child: Child) -> std::io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            asked = asked_to_stop() => {
                if asked? == Stop::Supervisor && let Some(id) = child.id() {
                    Command::new("kill").arg(id.to_string()).status().await?;
                }
            }
        }
    }
}

/// The command's own exit status; 128 and the signal's number where one ended it, as a shell has it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal).and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Who wants the program to stop.
#[derive(PartialEq)]
enum Stop {
    /// Ctrl-C: the terminal tells the command as well.
    Terminal,
    /// SIGTERM.
    Supervisor,
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<Stop> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| Stop::Terminal),
        _ = terminate.recv() => Ok(Stop::Supervisor),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<Stop> {
    tokio::signal::ctrl_c().await.map(|()| Stop::Terminal)
}
