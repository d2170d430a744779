using System.CommandLine;
using System.Net;
using Coterie.Host.Limit;

namespace Coterie.Cli.Bench;

/// <summary>The processes that <see cref="LimitBench"/> starts. Hidden: nobody else has a use for them.</summary>
internal static class LimitCommands
{
    public const string Node = "limit-node";
    public const string Echo = "limit-echo";

    public static Command CreateNode()
    {
        var index = new Argument<int>("index");
        var cql = new Argument<string>("cql");
        var valueBytes = new Argument<int>("value-bytes");
        var peers = new Argument<string[]>("peers");
        var command = new Command(Node, "One node of bench --limit") { index, cql, valueBytes, peers };
        command.Hidden = true;
        command.SetAction((result, _) => LimitHost.RunNodeAsync(
            result.GetValue(index),
            [.. result.GetValue(peers)!.Select(IPEndPoint.Parse)],
            IPEndPoint.Parse(result.GetValue(cql)!),
            result.GetValue(valueBytes)));
        return command;
    }

    public static Command CreateEcho()
    {
        var address = new Argument<string>("address");
        var command = new Command(Echo, "The raw echo of bench --limit") { address };
        command.Hidden = true;
        command.SetAction((result, _) => LimitHost.RunEchoAsync(IPEndPoint.Parse(result.GetValue(address)!)));
        return command;
    }
}
