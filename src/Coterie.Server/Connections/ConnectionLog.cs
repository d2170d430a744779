using System.Net;
using Microsoft.Extensions.Logging;

namespace Coterie.Server.Connections;

internal static partial class ConnectionLog
{
    [LoggerMessage(1, LogLevel.Information, "CQL clients are served on {Address}.")]
    public static partial void Listening(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Debug, "The connection of {Client} was lost: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, IPEndPoint client, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Client} is disconnected: it does not read what it asked for.")]
    public static partial void ClientDoesNotRead(this ILogger log, IPEndPoint client);

    [LoggerMessage(4, LogLevel.Warning, "{Client} is refused: {Count} connections are open, and no more are allowed.")]
    public static partial void TooManyConnections(this ILogger log, IPEndPoint client, int count);

    [LoggerMessage(5, LogLevel.Information, "{Client} is disconnected: it did not begin within {Deadline}.")]
    public static partial void DidNotBegin(this ILogger log, IPEndPoint client, TimeSpan deadline);

    [LoggerMessage(6, LogLevel.Warning, "{Client} is disconnected: a frame of it did not arrive within {Deadline}.")]
    public static partial void FrameDoesNotArrive(this ILogger log, IPEndPoint client, TimeSpan deadline);
}
