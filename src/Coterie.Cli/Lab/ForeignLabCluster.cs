using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text;
using Coterie.Host.Admin;

namespace Coterie.Cli.Lab;

/// <summary>
/// A cluster that runs already, found through the admin address of one of its nodes, whose processes are on this machine. A node is brought back with the
/// command line that it had, unless whoever looks after it was faster; it then belongs to nobody and stays.
/// </summary>
internal sealed class ForeignLabCluster : ILabCluster
{
    private const string WithParent = "--exit-with-parent";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly AdminClient _admin = new();
    private readonly Dictionary<LabTarget, string[]> _commands = [];
    private readonly Dictionary<LabTarget, int> _paused = [];

    private ForeignLabCluster(ImmutableArray<LabTarget> nodes) => Nodes = nodes;

    public ImmutableArray<LabTarget> Nodes { get; }

    /// <exception cref="IOException">No node answers there.</exception>
    public static async Task<ForeignLabCluster> FindAsync(IPEndPoint contact, CancellationToken cancellationToken)
    {
        using var admin = new AdminClient();
        var report = await admin.GetAsync(contact, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
        return new ForeignLabCluster([.. report.Nodes.Select(static node =>
            new LabTarget(node.CqlAddress, IPEndPoint.Parse(node.CqlAddress), IPEndPoint.Parse(node.AdminAddress)))]);
    }

    public async Task KillAsync(LabTarget node, CancellationToken cancellationToken)
    {
        var process = await ProcessAsync(node, cancellationToken);
        _commands[node] = CommandLine(process);
        NodeSignals.Send(process, NodeSignal.Kill);
        while (CommandLine(process).Length > 0)
        {
            await Task.Delay(Pause, cancellationToken);
        }
    }

    public async Task StartAsync(LabTarget node, CancellationToken cancellationToken)
    {
        if (await AnswersAsync(node, cancellationToken))
        {
            return;
        }

        // Through a shell, for what the node says: to the end of its log if it has one beside its configuration.
        var command = _commands[node].Where(static argument => argument != WithParent).ToArray();
        var configuration = Array.IndexOf(command, "--config") is >= 0 and var at && at + 1 < command.Length ? command[at + 1] : null;
        var log = configuration is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configuration))!, "coterie.log");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in new[] { "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log is not null && File.Exists(log) ? log : "/dev/null" }.Concat(command))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start);
    }

    public async Task PauseAsync(LabTarget node, CancellationToken cancellationToken)
    {
        _paused[node] = await ProcessAsync(node, cancellationToken);
        NodeSignals.Send(_paused[node], NodeSignal.Stop);
    }

    public Task ResumeAsync(LabTarget node, CancellationToken cancellationToken)
    {
        if (_paused.Remove(node, out var process))
        {
            NodeSignals.Send(process, NodeSignal.Continue);
        }

        return Task.CompletedTask;
    }

    public Task CutOffAsync(LabTarget node, CancellationToken cancellationToken) =>
        throw new IOException("nodes are cut off from each other in a network of the lab's own only, which a cluster that runs already is not in");

    public Task HealAsync(LabTarget node, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        foreach (var process in _paused.Values)
        {
            NodeSignals.Send(process, NodeSignal.Continue);
        }

        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Empty: there is no such process, or it is only a name that nobody has waited for.</summary>
    private static string[] CommandLine(int process)
    {
        try
        {
            var text = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/cmdline"));
            return text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private async Task<int> ProcessAsync(LabTarget node, CancellationToken cancellationToken)
    {
        var process = (await _admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken)).ProcessId;
        return CommandLine(process).Any(static argument => argument.Contains("coterie", StringComparison.OrdinalIgnoreCase))
            ? process
            : throw new IOException($"{node.Name} says that it is process {process}, and no such node runs on this machine: the lab works where the nodes are");
    }

    private async Task<bool> AnswersAsync(LabTarget node, CancellationToken cancellationToken)
    {
        try
        {
            await _admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
