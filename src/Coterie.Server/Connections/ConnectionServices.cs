using Microsoft.Extensions.Logging;

namespace Coterie.Server.Connections;

/// <summary>What all connections of a node share.</summary>
internal sealed record ConnectionServices(
    IRequestDispatcher Dispatcher,
    RequestPool Pool,
    TimeProvider Time,
    ServerCounters Counters,
    ILogger Log);
