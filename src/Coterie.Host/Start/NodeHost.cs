using Coterie.Cluster.Metadata;
using Coterie.Host.Configuration;
using Coterie.Model;
using Coterie.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Coterie.Host.Start;

/// <summary>
/// The life of one node process: check everything, or refuse with one line for each problem; start; run until told to stop or until
/// something breaks that must not be survived; drain; say how it ended in the exit code and in the last line.
/// </summary>
public static partial class NodeHost
{
    public static async Task<int> RunAsync(NodeArguments arguments)
    {
        var problems = new List<string>();
        var options = HostOptionsReader.Read(
            arguments.ConfigFile, Environment.GetEnvironmentVariables(), arguments.Settings, problems, out var targets);
        CheckWorld(targets, problems);
        using var directory = options is not null && problems.Count == 0 ? DataDirectory.TryOpen(options, problems) : null;
        if (options is null || directory is null)
        {
            problems.ForEach(problem => Console.Error.WriteLine($"coterie: {problem}"));
            return ExitCodes.Configuration;
        }

        directory.WritePid();
        using var signals = new StopSignals();
        if (arguments.ExitWithParent)
        {
            signals.RequestWhenInputEnds();
        }

        IReadOnlyList<string> last;
        int exitCode;
        using (var logging = CreateLogging(options.LogLevel))
        {
            (exitCode, last) = await RunAsync(options, directory, logging, signals.Token);
        }

        // After the log has been written out, so that these are the last lines.
        foreach (var line in last)
        {
            await Console.Error.WriteLineAsync($"coterie: {line}");
        }

        return exitCode;
    }

    private static void CheckWorld(StartTargets targets, List<string> problems)
    {
        if (DescriptorBudget.SystemLimit() is var limit && limit < DescriptorBudget.LeastLimit)
        {
            problems.Add($"the limit on open files (ulimit -n) is {limit}; a node needs at least {DescriptorBudget.LeastLimit}");
        }

        PortCheck.Run("Cql:Address", targets.CqlAddress, problems);
        PortCheck.Run("Peer:Address", targets.PeerAddress, problems);
        PortCheck.Run("Admin:Address", targets.AdminAddress, problems);
        DataDirectory.Check(targets, problems);
    }

    private static async Task<(int ExitCode, IReadOnlyList<string> LastLines)> RunAsync(
        HostOptions options, DataDirectory directory, ILoggerFactory logging, CancellationToken stop)
    {
        var log = logging.CreateLogger("Coterie.Host");
        try
        {
            await using var node = await RunningNode.StartAsync(options, directory, logging, stop);
            LogReady(log, options.CqlAddress, options.PeerAddress, options.AdminAddress);
            var failure = await node.UntilStoppedAsync(stop);
            LogStopping(log);
            await node.DrainAsync();
            if (failure is not null)
            {
                return Describe(failure);
            }

            LogStopped(log);
            return (ExitCodes.Success, []);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log);
            return (ExitCodes.Success, []);
        }
        catch (Exception e) when (e is IOException or StorageFailedException or StorageCorruptException or StorageFullException
            or FormationException or MalformedDataException or BrokenInvariantException)
        {
            return Describe(e);
        }
    }

    private static (int ExitCode, IReadOnlyList<string> LastLines) Describe(Exception error)
    {
        var text = error.Message.ReplaceLineEndings("; ");
        return error switch
        {
            FormationException => (ExitCodes.Configuration, error.Message.Split(Environment.NewLine)),
            StorageCorruptException => (ExitCodes.Storage, [$"stored data is damaged, and nothing is served from it: {text}"]),
            MalformedDataException => (ExitCodes.Storage, [$"stored data cannot be read: {text}"]),
            StorageFailedException => (ExitCodes.Storage, [$"the store has failed: {text}"]),
            StorageFullException => (ExitCodes.Storage, [$"no space to start with: {text}"]),
            IOException => (ExitCodes.Storage, [text]),
            _ => (ExitCodes.BrokenInvariant, [$"{error.GetType().Name}: {text}"]),
        };
    }

    private static ILoggerFactory CreateLogging(LogLevel level) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        }));

    [LoggerMessage(Level = LogLevel.Information, Message = "Up: CQL {Cql}, peers {Peer}, admin {Admin}")]
    private static partial void LogReady(ILogger log, System.Net.IPEndPoint cql, System.Net.IPEndPoint peer, System.Net.IPEndPoint admin);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped")]
    private static partial void LogStopped(ILogger log);
}
