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
    /// <param name="console">Starts what is served at <c>Console:Address</c>, beside the node.</param>
    public static async Task<int> RunAsync(NodeArguments arguments, StartConsole console)
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
            await using var beside = new ConsoleBeside(console, options.ConsoleAddress, options.CqlAddress, options.AdminAddress, logging);
            (exitCode, last) = await RunAsync(options, directory, logging, beside, signals.Token);
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
        PortCheck.Run("Console:Address", targets.ConsoleAddress, problems);
        DataDirectory.Check(targets, problems);
    }

    /// <summary>Runs the node, and once more from nothing each time that its store was damaged and could be set aside.</summary>
    private static async Task<(int ExitCode, IReadOnlyList<string> LastLines)> RunAsync(
        HostOptions options, DataDirectory directory, ILoggerFactory logging, ConsoleBeside console, CancellationToken stop)
    {
        var log = logging.CreateLogger("Coterie.Host");
        while (true)
        {
            var (failure, isReplaceable) = await RunOnceAsync(options, directory, logging, log, console, stop);
            if (failure is null)
            {
                LogStopped(log);
                return (ExitCodes.Success, []);
            }

            if (!isReplaceable || DamageIn(failure) is not { } damage || !TrySetAside(directory, damage, log))
            {
                return Describe(failure);
            }
        }
    }

    /// <returns>What broke, and whether the others can give back what the store holds; null: the node was told to stop.</returns>
    private static async Task<(Exception? Failure, bool IsReplaceable)> RunOnceAsync(
        HostOptions options, DataDirectory directory, ILoggerFactory logging, ILogger log, ConsoleBeside console, CancellationToken stop)
    {
        try
        {
            await using var node = await RunningNode.StartAsync(options, directory, logging, stop);
            LogReady(log, options.CqlAddress, options.PeerAddress, options.AdminAddress);
            await console.StartAsync(stop);
            var failure = await node.UntilStoppedAsync(stop);
            
            // Of damage that a read has met that is so, or it would not have been told.
            var isReplaceable = failure is StorageCorruptException || node.OthersHaveAll;
            LogStopping(log);
            await node.DrainAsync();
            return (failure, isReplaceable);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageFailedException or StorageCorruptException or StorageFullException
            or FormationException or MalformedDataException or BrokenInvariantException)
        {
            // The node has not started: it serves nothing in any case, and only its configuration says whether there are others.
            return (e, options.InitialNodes.Length > 1);
        }
    }

    private static StorageCorruptException? DamageIn(Exception failure) => failure as StorageCorruptException ?? failure.InnerException as StorageCorruptException;

    private static bool TrySetAside(DataDirectory directory, StorageCorruptException damage, ILogger log)
    {
        try
        {
            if (directory.TrySetStoreAside(TimeProvider.System.GetUtcNow()) is { } aside)
            {
                LogSetAside(log, damage.Message, aside);
                return true;
            }

            LogNotAgain(log, damage.Message, DataDirectory.BetweenSetAsides);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSetAside(log, damage.Message, e.Message);
        }

        return false;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is damaged: {Reason}. It is set aside as {Aside}; this node starts with an empty one, and has its data back from the other replicas")]
    private static partial void LogSetAside(ILogger log, string reason, string aside);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is damaged: {Reason}. One was set aside within {While} before: the disk is to be looked at, and this node stays down")]
    private static partial void LogNotAgain(ILogger log, string reason, TimeSpan @while);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is damaged: {Reason}. It cannot be set aside, and this node stays down: {Problem}")]
    private static partial void LogNotSetAside(ILogger log, string reason, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped")]
    private static partial void LogStopped(ILogger log);
}
