using Coterie.Simulator.Kernel;
using Microsoft.Extensions.Logging;

namespace Coterie.Simulator.Cluster;

/// <summary>The logging of one process, into the simulation's log.</summary>
internal sealed class SimulatedLogging(Simulation simulation, SimulatedLog log, Probes probes, string process) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(SimulatedLogging owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Hit(eventId.Name);
                owner.Add($"{logLevel} {category}: {formatter(state, exception)} {exception}");
            }
        }
    }

    private void Hit(string? name) => probes.Hit($"log {name}");

    private void Add(string line) => log.Add($"{simulation.Now} {process} {line}");
}
