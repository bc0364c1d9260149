//! The real API server: started for this program, and ended with it.

use crate::Result;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    time::Duration,
};

pub(crate) struct Testbed {
    program: PathBuf,
    folder: PathBuf,
    kubeconfig: String,
}

impl Testbed {
    /// `None` where there is no testbed.
    pub(crate) fn start() -> Result<Option<Self>> {
        let named = env::var_os("TESTBED").map(PathBuf::from);
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/testbed");
        let program = named.unwrap_or(beside).join("testbed");
        if !program.is_file() {
            return Ok(None);
        }
        let folder = env::temp_dir().join(format!("kooper-bench-server-{}", process::id()));
        let kubeconfig = folder.join("kubeconfig").display().to_string();
        let testbed = Self { program, folder, kubeconfig };
        testbed.call(&["up"], &["api"])?;
        Ok(Some(testbed))
    }

    fn call(&self, verb: &[&str], rest: &[&str]) -> Result {
        let output = Command::new(&self.program).args(verb).arg(&self.folder).args(rest).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(format!("the testbed said: {said}").into()) }
    }

    pub(crate) fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    pub(crate) async fn client(&self) -> Result<Client> {
        client(&self.kubeconfig).await
    }

    /// What the API server has spent so far.
    pub(crate) fn server_cpu(&self) -> Result<Duration> {
        let pid = fs::read_to_string(self.folder.join("kube-apiserver.pid"))?;
        cpu_of(pid.trim())
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        if let Err(why) = self.call(&["down"], &[]) {
            eprintln!("{why}");
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub(crate) async fn client(kubeconfig: &str) -> Result<Client> {
    let mut config =
        Config::from_custom_kubeconfig(Kubeconfig::read_from(kubeconfig)?, &KubeConfigOptions::default())
            .await?;
    config.default_retry = false;
    Ok(Client::try_from(config)?)
}

/// What a process has spent so far, in user and kernel.
pub(crate) fn cpu_of(pid: &str) -> Result<Duration> {
    /// Ticks a second: fixed at 100 in what Linux tells programs.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field, the name, may hold anything, but ends at the last parenthesis.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    Ok(TICK * fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum())
}
