using System.Buffers;
using System.Text.Json;
using Coterie.Coordinator;
using Coterie.Model.Metadata;

namespace Coterie.Server.Execution;

/// <summary>The vote as clients get it: UTF-8 JSON, in the custom payload of the answer to a request that asked for it. Documented in docs/compatibility.md.</summary>
internal static class VoteJson
{
    public static ReadOnlySpan<byte> Of(Vote vote, ClusterMetadata? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("required", vote.Required);
            json.WriteNumber("parts", vote.Parts);
            json.WriteStartArray("replicas");
            foreach (var replica in vote.Replicas)
            {
                Write(json, replica, vote.IsOfGroup, metadata);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter json, VoteEntry replica, bool isOfGroup, ClusterMetadata? metadata)
    {
        json.WriteStartObject();
        json.WriteString("node", replica.Node.ToString());
        if (metadata is not null && metadata.Nodes.TryGetValue(replica.Node, out var node))
        {
            json.WriteString("address", node.CqlAddress.ToString());
        }

        json.WriteBoolean("asked", replica.Asked);
        json.WriteString("role", replica.Role);
        Write(json, "answered_after_us", (long?)replica.AnsweredAfter?.TotalMicroseconds);
        Write(json, "newest", replica.Newest?.Microseconds);
        json.WriteBoolean("stale", replica.Stale);
        json.WriteBoolean("repaired", replica.Repaired);
        if (isOfGroup)
        {
            json.WriteBoolean("leads", replica.Leads);
            Write(json, "behind", replica.Behind);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
