//! The embedded cluster as a program: a Kubernetes API server that starts at once.
//!
//! ```console
//! $ cargo run --example cluster                          # serves until Ctrl-C; prints the kubeconfig's path
//! $ cargo run --example cluster -- kubectl get ns        # runs a command in it, with KUBECONFIG set
//! ```

use std::{
    env, fs,
    path::PathBuf,
    process::{self, ExitCode},
};

use clap::Parser;
use kooper::testing::Cluster;
use tokio::process::Command;

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
        return stopped().await.map(|()| ExitCode::SUCCESS).map_err(|error| format!("signals: {error}"));
    };
    let status = Command::new(program).args(words).env("KUBECONFIG", &kubeconfig.path).status().await;
    let status = status.map_err(|error| format!("{program}: {error}"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Ctrl-C, or the signal that a supervisor sends.
#[cfg(unix)]
async fn stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stopped() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
