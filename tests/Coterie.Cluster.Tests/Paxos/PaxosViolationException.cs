namespace Coterie.Cluster.Tests.Paxos;

/// <summary>The simulated log broke one of its promises.</summary>
public sealed class PaxosViolationException(string what) : Exception(what);
