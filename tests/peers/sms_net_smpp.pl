#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A service from Perl's Net::SMPP, as a program that a test may kill: perl sms_net_smpp.pl PORT. Commands and events
# are lines of JSON, the same as those of sms_smpp_server.mjs; sms_service.mjs speaks them.
use strict;
use warnings;
use IO::Select;
use JSON::PP;
use Net::SMPP;

my ($port) = @ARGV;
my $json = JSON::PP->new->canonical;
$| = 1;
$SIG{PIPE} = 'IGNORE';
# Ends of connections are no news.
$SIG{__WARN__} = sub { print STDERR $_[0] unless $_[0] =~ /premature eof|error reading/ };
sub say_event { print $json->encode({@_}), "\n" }

my $listener = Net::SMPP->new_listen('127.0.0.1', port => $port, async => 1, smpp_version => 0x34) or die "port $port: $!";
my $select = IO::Select->new(\*STDIN, $listener);
my ($ids, $quiet, $input, @statuses, @receivers, %waiting) = (0, 0, '');

sub drop {
    my ($session) = @_;
    $select->remove($session);
    @receivers = grep { $_ != $session } @receivers;
    close $session;
}

sub bound {
    my ($session, $pdu, $kind) = @_;
    my $good = $pdu->{system_id} eq 'node' && $pdu->{password} eq 's3cret';
    my $answer = "${kind}_resp";
    $session->$answer(seq => $pdu->{seq}, status => $good ? 0 : 0x0e, system_id => 'perl');
    push @receivers, $session if $good && $kind ne 'bind_transmitter';
    say_event(event => 'bind', kind => $kind, good => $good ? JSON::PP::true : JSON::PP::false, version => $pdu->{interface_version});
}

sub submitted {
    my ($session, $pdu) = @_;
    my $status = @statuses ? shift @statuses : 0;
    my $id = sprintf '%x', ++$ids + 0xa0;    # in hexadecimal here, and in decimal in its receipts
    my $bytes = defined $pdu->{message_payload} ? $pdu->{message_payload} : $pdu->{short_message};
    say_event(event => 'submit', id => $id, status => $status, source => $pdu->{source_addr}, destination => $pdu->{destination_addr},
        ton => $pdu->{dest_addr_ton}, coding => $pdu->{data_coding}, registered => $pdu->{registered_delivery},
        esm => $pdu->{esm_class}, bytes => unpack('H*', $bytes)) unless $quiet;
    $session->submit_sm_resp(seq => $pdu->{seq}, status => $status, message_id => $status ? '' : $id);
}

sub heard {
    my ($session) = @_;
    my $pdu = $session->read_pdu;
    return drop($session) unless $pdu;
    my $command = $pdu->{cmd};
    my %binds = (1 => 'bind_receiver', 2 => 'bind_transmitter', 9 => 'bind_transceiver');
    if ($binds{$command}) { bound($session, $pdu, $binds{$command}) }
    elsif ($command == 4) { submitted($session, $pdu) }
    elsif ($command == 0x15) { $session->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($command == 6) { say_event(event => 'unbind'); $session->unbind_resp(seq => $pdu->{seq}); drop($session) }
    elsif ($command == 0x80000005) {
        say_event(event => 'delivered', reference => delete $waiting{$pdu->{seq}}, status => $pdu->{status});
    }
    elsif ($command == 0x80000015) { say_event(event => 'enquired') }
}

my %commands = (
    status => sub { @statuses = @{$_[0]{list}} },
    quiet => sub { $quiet = $_[0]{on} },
    deliver => sub {
        my ($it) = @_;
        my ($reference, $bytes) = (delete $it->{reference}, delete $it->{bytes});
        my $seq = $receivers[-1]->deliver_sm(%$it, short_message => pack('H*', $bytes));
        $waiting{$seq} = $reference;
    },
    receipt => sub {
        my ($it) = @_;
        my $id = hex $it->{id};
        # No parameters: the text alone, in a vendor's spelling.
        my $seq = $receivers[-1]->deliver_sm(esm_class => 4, source_addr => $it->{from}, source_addr_ton => 1, source_addr_npi => 1,
            destination_addr => 'DMID', short_message => "Id: $id Sub: 1 Dlvrd: 1 Stat: $it->{state} Err: 000");
        $waiting{$seq} = $it->{reference};
    },
    enquire => sub { $receivers[-1]->enquire_link(async => 1) },
    hang_up => sub { drop($_) for grep { ref $_ && $_ != $listener } $select->handles },
);

say_event(event => 'ready');
while (1) {
    for my $handle ($select->can_read) {
        if ($handle == $listener) {
            my $session = $listener->accept or next;
            $select->add($session);
        }
        elsif (ref $handle eq 'GLOB') {
            sysread(STDIN, $input, 65536, length $input) or exit 0;
            while ($input =~ s/^(.*)\n//) {
                my $command = $json->decode($1);
                $commands{delete $command->{op}}->($command);
            }
        }
        else { heard($handle) }
    }
}
