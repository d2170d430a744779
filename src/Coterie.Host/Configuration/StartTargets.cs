using System.Net;

namespace Coterie.Host.Configuration;

/// <summary>
/// The settings that name something in the world: a start can be refused for what is found there. Null where a setting is missing or
/// wrong; the others are checked all the same, so that every problem is told at once.
/// </summary>
public sealed record StartTargets(string? ClusterName, string? DataDirectory, IPEndPoint? CqlAddress, IPEndPoint? PeerAddress, IPEndPoint? AdminAddress, IPEndPoint? ConsoleAddress);
